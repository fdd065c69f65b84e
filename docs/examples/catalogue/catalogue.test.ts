import { createApp } from '@hello/core'
import { startTestBot } from '@hello/core/testing'
import { expect, inject, onTestFinished, test } from 'vitest'
import { catalogue } from './catalogue.js'

async function start() {
  const app = createApp({ plugins: [catalogue({ keeperTelegramIds: [7] })] })
  const bot = await startTestBot(app, { postgresUrl: inject('postgresUrl') })
  onTestFinished(() => bot.stop())
  return { app, bot, keeper: bot.createPerson({ firstName: 'Kim', id: 7 }) }
}

test('turns pages in place, in the order that was chosen', async () => {
  const { bot } = await start()
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/planets')
  await alice.sees('Mercury\nVenus\nEarth')
  await alice.taps('Farthest first')
  await alice.sees('Neptune\nUranus\nSaturn')
  await alice.taps('3 »')
  await alice.sees('Venus\nMercury')
  expect(await (await alice.taps('3 / 3')).answered()).toMatchObject({ text: undefined })
})

test('shows the last page where the list has shrunk meanwhile', async () => {
  const { keeper } = await start()
  keeper.sends('/planets')
  const message = await keeper.sees('Mercury\nVenus\nEarth')
  const last = message.reply_markup?.inline_keyboard.flat().find(({ text }) => text === '3 »')
  keeper.sends('/shrink 4')
  await keeper.sees('There are 4 planets now.')
  if (last) keeper.tapsButton(message, last)
  await keeper.sees('Mars')
})

test('lets keepers alone shrink it, in private, and lists the command for them alone', async () => {
  const { bot, keeper } = await start()
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/shrink 1')
  await alice.sees('Only the keepers of the catalogue may do this.')
  alice.sends('/help')
  await alice.sees('What I can do:\n\n/planets – List the planets\n/help – What I can do')
  keeper.sends('/help')
  await keeper.sees(/\/shrink – Keep the first planets/)
})
