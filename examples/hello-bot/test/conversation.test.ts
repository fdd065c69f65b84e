import { createApp } from '@hello/core'
import { startTestBot, type TestBot } from '@hello/core/testing'
import { AnalyticsEvent, analytics } from '@hello/plugin-analytics'
import { User, users } from '@hello/plugin-users'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { greeting } from '../src/greeting.js'
import { naming } from '../src/naming.js'

const app = createApp({ plugins: [users(), analytics(), naming(), greeting()] })
let bot: TestBot
beforeAll(async () => {
  bot = await startTestBot(app, { postgresUrl: inject('postgresUrl') })
})
afterAll(() => bot.stop())

const rowsOf = (telegramId: number) =>
  app.unit(({ session }) => session.repository(User).findAll({ where: { telegramId } }))

test('greets by username, else by full name, and knows who comes back', async () => {
  const alice = bot.createPerson({ firstName: 'Alice', lastName: 'Liddell', username: 'alice' })
  const hatter = bot.createPerson({ firstName: 'Mad', lastName: 'Hatter' })
  alice.sends('/start')
  await alice.sees('Hello, alice!')
  hatter.sends('/start')
  await hatter.sees('Hello, Mad Hatter!')
  alice.sends('/start@hello_test_bot')
  await alice.sees('Hello again, alice!')
  expect(await rowsOf(alice.id)).toHaveLength(1)
})

test('tells what to send for any other text, and for commands that it does not have', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  for (const text of ['hi', '/unknown', 'please /start']) {
    alice.sends(text)
    await alice.sees('Send /start to get a greeting!')
  }
})

test('speaks Russian to those who have their Telegram in it', async () => {
  const ivan = bot.createPerson({ firstName: 'Иван', languageCode: 'ru' })
  ivan.sends('/start')
  await ivan.sees('Привет, Иван!')
  ivan.sends('/start')
  await ivan.sees('С возвращением, Иван!')
  ivan.sends('как дела?')
  await ivan.sees('Отправьте /start, и я поздороваюсь!')
})

test('lists its commands in the language of who asks, and in the menus of Telegram', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/help')
  await alice.sees(
    'What I can do:\n\n/callme – Choose what I call you\n/start – Say hello\n/help – What I can do',
  )
  const masha = bot.createPerson({ firstName: 'Маша', languageCode: 'ru' })
  masha.sends('/help')
  await masha.sees(
    'Что я умею:\n\n/callme – Выбрать, как вас называть\n/start – Поздороваться\n/help – Что я умею',
  )
  await expect
    .poll(() => app.telegram.getMyCommands({ language_code: 'ru' }))
    .toEqual([
      { command: 'callme', description: 'Выбрать, как вас называть' },
      { command: 'start', description: 'Поздороваться' },
      { command: 'help', description: 'Что я умею' },
    ])
})

test('tracks each greeting with its person', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/start')
  await alice.sees('Hello, Alice!')
  alice.sends('/start')
  await alice.sees('Hello again, Alice!')
  const [user] = await rowsOf(alice.id)
  const events = await app.unit(({ session }) =>
    session
      .repository(AnalyticsEvent)
      .findAll({ where: { userId: user?.id, type: 'greeted' }, order: ['id'] }),
  )
  expect(events.map(({ type, data }) => ({ type, data }))).toEqual([
    { type: 'greeted', data: { returning: false } },
    { type: 'greeted', data: { returning: true } },
  ])
})

test('leaves no update unsettled and no message unsent', async () => {
  await app.idle()
  const [open] = await app.unit(
    ({ session }) => session.sql<{ updates: string; messages: string }>`
    SELECT (SELECT count(*) FROM hello_inbox WHERE settled_at IS NULL) AS updates,
           (SELECT count(*) FROM hello_outbox WHERE closed_at IS NULL) AS messages`,
  )
  expect(open).toEqual({ updates: '0', messages: '0' })
})
