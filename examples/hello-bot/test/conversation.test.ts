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
    'What I can do:\n\n/me – What I know about you\n/language – Choose the language\n/invite – Your link for friends\n/forget – Erase what I know about you\n/callme – Choose what I call you\n/start – Say hello\n/help – What I can do',
  )
  const masha = bot.createPerson({ firstName: 'Маша', languageCode: 'ru' })
  masha.sends('/help')
  await masha.sees(
    'Что я умею:\n\n/me – Что я о вас знаю\n/language – Выбрать язык\n/invite – Ваша ссылка для друзей\n/forget – Стереть то, что я о вас знаю\n/callme – Выбрать, как вас называть\n/start – Поздороваться\n/help – Что я умею',
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

test('speaks the language that somebody chooses, from then on', async () => {
  const alice = bot.createPerson({ firstName: 'Alice', languageCode: 'en' })
  alice.sends('/language')
  await alice.sees('Which language shall I speak?')
  await alice.taps('Русский')
  await alice.sees('Теперь я говорю по-русски.')
  alice.sends('/start')
  await alice.sees('Привет, Alice!')
})

test('counts who comes by the link of somebody else', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/invite')
  const { text } = await alice.sees(/^Share this link: https:/)
  const code = /start=(\S+)/.exec(text ?? '')?.[1]
  const bob = bot.createPerson({ firstName: 'Bob' })
  bob.opens(bot.bot, code)
  await bob.sees('Hello, Bob!')
  alice.sends('/invite')
  await alice.sees(/1 person has come by it\.$/)
})

test('forgets people in all its plugins, with the name that they chose', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/callme')
  await alice.sees('What shall I call you?')
  alice.sends('Queen')
  await alice.sees('Shall I call you Queen?')
  await alice.taps('Yes')
  await alice.sees('Nice to meet you, Queen!')
  alice.sends('/start')
  await alice.sees('Hello, Queen!')
  alice.sends('/me')
  await alice.sees(/naming:\nThe name that I call you: Queen/)
  alice.sends('/forget')
  await alice.sees('Shall I erase all that I know about you? This cannot be undone.')
  await alice.taps('Erase')
  await alice.sees(/^It is erased/)
  expect(await rowsOf(alice.id)).toHaveLength(0)
  alice.sends('/start')
  await alice.sees('Hello, Alice!')
})

test('shows admins what people do, with a picture', async () => {
  const [olga, bob] = [bot.createPerson({ firstName: 'Olga' }), bot.createPerson({ firstName: 'Bob' })]
  for (const person of [olga, bob]) {
    person.sends('/start')
    await person.sees(/^Hello, /)
  }
  bob.sends('/stats')
  await bob.sees('You may not do this.')
  await app.unit(async ({ users }) => users.setRole((await users.get(olga.id))?.id ?? 0, 'admin'))
  for (const line of ['/stats', '/stats week', '/stats month', '/stats year']) {
    olga.sends(line)
    const { caption = '', photo = [] } = await olga.sees(/^Active: \d+ \(new: \d+, returning: 0\)/)
    expect(caption).toMatch(/Commands: \/start \d+/)
    const [largest] = (photo as { file_id: string; width: number; height: number }[]).slice(-1)
    expect(largest).toMatchObject({ width: 1920, height: 960 })
    const link = await app.telegram.getFileLink(largest?.file_id ?? '')
    const picture = Buffer.from(await (await fetch(link)).arrayBuffer())
    expect(picture.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n')
  }
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
