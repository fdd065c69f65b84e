import { createApp } from '@hello/core'
import { startTestBot, type TestBot } from '@hello/core/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { digest } from './digest.js'

const app = createApp({ plugins: [digest({ batchSize: 2 })] })
let bot: TestBot
beforeAll(async () => {
  bot = await startTestBot(app, { postgresUrl: inject('postgresUrl') })
})
afterAll(() => bot?.stop())

// #region test
test('sends the quote to everybody who asked for it', async () => {
  const readers = ['Alice', 'Bob', 'Carol'].map((firstName) => bot.createPerson({ firstName }))
  for (const reader of readers) {
    reader.sends('/digest')
    await reader.sees('You get it every day at 08:00.')
  }
  await app.jobs.run('digest/send-digest')
  for (const reader of readers) await reader.sees('“Well begun is half done.”')
})
// #endregion

test('is at its time in the list of jobs', async () => {
  const [job] = await app.jobs.list()
  expect(job).toMatchObject({ id: 'digest/send-digest', schedule: 'daily 08:00 UTC' })
})
