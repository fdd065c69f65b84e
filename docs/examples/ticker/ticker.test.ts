import { createApp } from '@hello/core'
import { startTestBot } from '@hello/core/testing'
import { expect, inject, test, vi } from 'vitest'
import { ticker } from './ticker.js'

test('ticks while the app runs, and no longer', async () => {
  const app = createApp({ plugins: [ticker({ everyMs: 10 })] })
  const bot = await startTestBot(app, { postgresUrl: inject('postgresUrl') })
  const ticks = () => bot.log.split('"Tick"').length - 1
  await vi.waitUntil(() => ticks() >= 2, { timeout: 5_000 })
  await bot.stop()
  const atStop = ticks()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(ticks()).toBe(atStop)
})
