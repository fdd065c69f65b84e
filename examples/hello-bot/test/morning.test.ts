import { createApp } from '@hello/core'
import { startTestBot, type TestBot } from '@hello/core/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { morning } from '../src/morning.js'

const app = createApp({ plugins: [morning({ time: '07:15', timeZone: 'Europe/Berlin' })] })
let bot: TestBot
beforeAll(async () => {
  bot = await startTestBot(app, { postgresUrl: inject('postgresUrl') })
})
afterAll(() => bot?.stop())

test('wishes a good morning to those who asked for it, in their language', async () => {
  const alice = bot.createPerson({ firstName: 'Alice', languageCode: 'en' })
  const ivan = bot.createPerson({ firstName: 'Иван', languageCode: 'ru' })
  const bob = bot.createPerson({ firstName: 'Bob' })
  alice.sends('/morning')
  await alice.sees('Every day at 07:15 (Europe/Berlin) I will wish you a good morning.')
  ivan.sends('/morning')
  await ivan.sees('Каждый день в 07:15 (Europe/Berlin) я пожелаю вам доброго утра.')
  bob.sends('/morning')
  await bob.sees(/^Every day/)
  bob.sends('/morning')
  await bob.sees('I will let you sleep.')
  await app.jobs.run('morning/greet')
  await alice.sees('Good morning!')
  await ivan.sees('Доброе утро!')
  await app.idle()
  expect(bob.transcript().map(({ text }) => text)).not.toContain('Good morning!')
})

test('does so once a morning, at the time of the clocks there', async () => {
  const [job] = await app.jobs.list()
  expect(job?.schedule).toBe('daily 07:15 Europe/Berlin')
})
