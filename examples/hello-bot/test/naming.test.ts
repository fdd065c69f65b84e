import { createApp } from '@hello/core'
import { startTestBot, type TestBot } from '@hello/core/testing'
import { analytics } from '@hello/plugin-analytics'
import { users } from '@hello/plugin-users'
import { afterAll, beforeAll, inject, test } from 'vitest'
import { greeting } from '../src/greeting.js'
import { naming } from '../src/naming.js'

let bot: TestBot
beforeAll(async () => {
  const app = createApp({ plugins: [users(), analytics(), naming(), greeting()] })
  bot = await startTestBot(app, { postgresUrl: inject('postgresUrl') })
})
afterAll(() => bot?.stop())

test('asks what to call a person, checks it, makes sure, and greets by it from then on', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/callme')
  await alice.sees('What shall I call you?')
  alice.sends('A name that is much longer than any name of a person')
  await alice.sees('A name has 1 to 40 letters. What shall I call you?')
  alice.sends('Al')
  await alice.sees('Shall I call you Al?')
  await alice.taps('No')
  await alice.sees('What shall I call you?')
  alice.sends('  Queen Alice ')
  await alice.sees('Shall I call you Queen Alice?')
  await alice.taps('Yes')
  await alice.sees('Nice to meet you, Queen Alice!')
  alice.sends('/start')
  await alice.sees('Hello, Queen Alice!')
})

test('speaks the person’s language, and changes nothing when it is cancelled', async () => {
  const ivan = bot.createPerson({ firstName: 'Иван', languageCode: 'ru' })
  ivan.sends('/callme')
  await ivan.sees('Как вас называть?')
  ivan.sends('/cancel')
  await ivan.sees('Тогда всё остаётся как есть.')
  ivan.sends('/start')
  await ivan.sees('Привет, Иван!')
})

test('people are asked each for themselves', async () => {
  const tweedledum = bot.createPerson({ firstName: 'Tweedledum' })
  const tweedledee = bot.createPerson({ firstName: 'Tweedledee' })
  for (const person of [tweedledum, tweedledee]) {
    person.sends('/callme')
    await person.sees('What shall I call you?')
  }
  tweedledum.sends('Dum')
  tweedledee.sends('Dee')
  await tweedledum.sees('Shall I call you Dum?')
  await tweedledee.sees('Shall I call you Dee?')
})
