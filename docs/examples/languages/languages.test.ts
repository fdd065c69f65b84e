import { startTestBot, type TestBot } from '@hello/core/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { app, reports } from './app.js'

let bot: TestBot
beforeAll(async () => {
  bot = await startTestBot(app, { postgresUrl: inject('postgresUrl'), quiet: true })
})
afterAll(() => bot?.stop())

test.each([
  ['en', 'It is 21.5 °C in Riga.', 'The forecast is for 3 days.'],
  ['ru', 'Riga: 21,5 °C', 'Прогноз на 3 дня.'],
  ['de-AT', 'Riga: 21,5 Grad', 'The forecast is for 3 days.'],
])('speaks %s', async (languageCode, weather, days) => {
  const alice = bot.createPerson({ firstName: 'Alice', languageCode })
  alice.sends('/weather Riga')
  await alice.sees(weather)
  await alice.sees(days)
})

test('makes a city safe for HTML', async () => {
  const ivan = bot.createPerson({ firstName: 'Ivan', languageCode: 'ru' })
  ivan.sends('/storm <Riga>')
  await ivan.sees('Шторм: <Riga>')
})

test('tells in its own words that it has failed, and tells the reporter', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/weather')
  const { text } = await alice.sees(/^I cannot see the sky right now/)
  await app.idle()
  expect(reports).toMatchObject([{ plugin: 'weather', handler: '/weather', chatId: alice.id }])
  expect(text).toContain(`(No. ${reports[0]?.reference})`)
})
