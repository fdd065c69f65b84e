import { createApp } from '@hello/core'
import { startTestBot } from '@hello/core/testing'
import { inject, test } from 'vitest'
import { report } from './report.js'
import { uptime } from './uptime.js'

const postgresUrl = inject('postgresUrl')

test('shows what other plugins contribute', async () => {
  await using bot = await startTestBot(createApp({ plugins: [report(), uptime()] }), { postgresUrl })
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/report')
  await alice.sees(/^uptime: database up since \d{4}-\d\d-\d\d$/)
})

test('works without any, and they without it', async () => {
  await using alone = await startTestBot(createApp({ plugins: [report()] }), { postgresUrl })
  const alice = alone.createPerson({ firstName: 'Alice' })
  alice.sends('/report')
  await alice.sees('Nothing to report.')
  await using _unasked = await startTestBot(createApp({ plugins: [uptime()] }), { postgresUrl })
})
