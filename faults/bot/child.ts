/** The numbered bot as a process that can be killed; `FAILPOINT` names the moment at which it kills itself, once it has nothing left to do. */
import { subscribe } from 'node:diagnostics_channel'
import { createApp } from '@hello/core'
import { numberedBot } from './numbered-bot.js'
import { stepsPlugin } from './steps.js'

const app =
  process.env.FAULTS_STEPS === undefined
    ? createApp({ plugins: [numberedBot()()] })
    : createApp({ plugins: [numberedBot()(), stepsPlugin(process.env.FAULTS_STEPS)()] })

process.on('message', (question) => {
  if (question !== 'memory') return
  globalThis.gc?.()
  process.send?.({ ...process.memoryUsage(), handles: process.getActiveResourcesInfo().length })
})
process.once('SIGTERM', () => void app.stop().then(() => process.disconnect?.()))
// A parent that was killed cannot kill its children.
process.once('disconnect', () => void app.stop().catch(() => process.exit(1)))

if (process.env.FAULTS_DO === 'migrate') {
  await app.migrate()
  process.send?.('started')
  process.disconnect?.()
} else {
  await app.start({ onFatal: () => process.exit(1) })
  const failpoint = process.env.FAILPOINT
  if (failpoint !== undefined) {
    await app.idle()
    subscribe('hello:failpoint', (name) => {
      if (name === failpoint) process.kill(process.pid, 'SIGKILL')
    })
  }
  process.send?.('started')
}
