/** What people and operators see of an update that fails. */

import type { Chat, Person } from '@hello/testing'
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import {
  createApp,
  defineContract,
  definePlugin,
  defineTexts,
  type ErrorReport,
  message,
} from '../src/index.js'
import { Markup } from '../src/telegraf.js'
import { startTestBot, type TestBot } from '../src/testing/test-bot.js'

const own = defineContract({
  name: 'own',
  texts: defineTexts({
    en: { failed: '{{handler}} broke: {{reference}}' },
    ru: { failed: '{{handler}} сломалась: {{reference}}' },
  }),
})
const ownWords = definePlugin(own, {
  commands: {
    own: { description: 'Fails in its own words', handle: fail },
    mute: { description: 'Fails', handle: fail },
  },
  errorText: ({ t, handler, reference }) => handler !== '/mute' && t('failed', { handler, reference }),
})
const clumsy = definePlugin(defineContract({ name: 'clumsy' }), {
  commands: { clumsy: { description: 'Fails, and so do its words', handle: fail } },
  errorText: fail,
})
const plain = definePlugin(defineContract({ name: 'plain' }), {
  commands: {
    fail: { description: 'Fails', handle: fail },
    buttons: {
      description: 'Shows buttons',
      handle: (ctx) =>
        ctx.reply(
          'Here',
          Markup.inlineKeyboard(['fail', 'late'].map((name) => Markup.button.callback(name, name))),
        ),
    },
    log: {
      description: 'Logs',
      handle: (ctx) => {
        ctx.logger.info('in the handler')
        ctx.services.logger.info({ answer: 42 }, 'of a service')
        ctx.afterCommit(() => ctx.logger.info('after the commit'))
        return ctx.outbox.reply('logged')
      },
    },
    blocked: {
      description: 'Writes to somebody who is not there',
      handle: (ctx) => ctx.telegram.sendMessage(404_404, 'Hello?'),
    },
  },
  callbacks: {
    fail: { handle: fail },
    late: {
      handle: async (ctx) => {
        await ctx.answerCbQuery('Working on it')
        fail()
      },
    },
  },
  handlers: {
    updates: ['message'],
    install: (bot) => bot.on(message('text'), (ctx) => (ctx.message.text === 'boom' ? fail() : undefined)),
  },
})
function fail(): never {
  throw new Error('The handler is broken')
}

const reports: ErrorReport[] = []
let reporterFails = false
const app = createApp({
  plugins: [plain(), ownWords(), clumsy()],
  onError: async (report) => {
    reports.push(report)
    if (reporterFails) throw new Error('The reporter is broken')
  },
})
let bot: TestBot
beforeAll(async () => {
  bot = await startTestBot(app, { postgresUrl: inject('postgresUrl'), quiet: true })
})
afterAll(() => bot?.stop())
beforeEach(() => {
  reports.length = 0
  reporterFails = false
})

/** What a bot has said to somebody, without the person's own words. */
const said = (person: Person, place: Parameters<Person['transcript']>[0] = {}) =>
  person.transcript(place).flatMap(({ isBot, text }) => (isBot ? [text] : []))

/** When the next command is answered, those before it have been handled. */
async function settled(person: Person, place: { in?: Chat } = {}) {
  person.sends('/log', place)
  const answer = await person.sees('logged', place)
  await app.idle()
  return answer
}

const linesAbout = (text: string) =>
  bot.log
    .split('\n')
    .filter((line) => line.includes(text))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
const lastReference = () => String(bot.failures.at(-1)?.updateId)

test('apologises in the language of the person, with the number that the log carries', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/fail')
  await alice.sees(/^Sorry, something went wrong/)
  const reference = lastReference()
  const ivan = bot.createPerson({ firstName: 'Иван', languageCode: 'ru' })
  ivan.sends('/fail')
  expect((await ivan.sees(/^Извините/)).text).toContain(lastReference())
  expect(linesAbout('An update failed')).toContainEqual(
    expect.objectContaining({
      updateId: Number(reference),
      chatId: alice.id,
      personId: alice.id,
      plugin: 'plain',
      handler: '/fail',
    }),
  )
})

test('a plugin finds its own words, or says nothing; where they fail, core apologises', async () => {
  const alice = bot.createPerson({ firstName: 'Alice', languageCode: 'ru' })
  alice.sends('/own')
  const { text } = await alice.sees(/^\/own сломалась/)
  expect(text).toBe(`/own сломалась: ${lastReference()}`)
  const bob = bot.createPerson({ firstName: 'Bob' })
  bob.sends('/mute')
  bob.sends('/clumsy')
  await bob.sees(/^Sorry/)
  await settled(bob)
  expect(linesAbout('errorText of a plugin failed')).toHaveLength(1)
  expect(said(bob).sort()).toEqual([expect.stringMatching(/^Sorry/), 'logged'])
})

test('tells a chat once in a while, however often it fails', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  for (let i = 0; i < 5; i++) alice.sends('/fail')
  await settled(alice)
  expect(said(alice).filter((text) => text.startsWith('Sorry'))).toHaveLength(1)
  expect(reports).toHaveLength(5)
})

test('ends the waiting of a button with the apology; in the chat, where the press was answered before', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/buttons')
  await alice.sees('Here')
  const press = await alice.taps('fail')
  expect(await press.answered()).toMatchObject({ text: expect.stringMatching(/^Sorry/), showAlert: true })
  await app.idle()
  expect(said(alice)).toEqual(['Here'])
  const late = await alice.taps('late')
  expect(await late.answered()).toMatchObject({ text: 'Working on it' })
  await alice.sees(/^Sorry/)
})

test('in a group only whoever gave a command is answered', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  const group = bot.world.createGroup({ title: 'Group', members: [alice], bots: [bot.bot] })
  // An answer to a message of the bot gets to it also where it does not read everything.
  alice.sends('boom', { in: group, replyTo: await settled(alice, { in: group }) })
  await settled(alice, { in: group })
  expect(bot.failures.at(-1)).toMatchObject({ handler: 'handlers' })
  expect(said(alice, { in: group })).toEqual(['logged', 'logged'])
  const command = alice.sends('/fail', { in: group })
  const apology = await alice.sees(/^Sorry/, { in: group })
  expect(apology.reply_to_message?.message_id).toBe(command.message_id)
})

test('does not write where nothing can be sent', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/blocked')
  await settled(alice)
  expect(bot.failures.at(-1)).toMatchObject({ handler: '/blocked' })
  expect(said(alice)).toEqual(['logged'])
})

test('tells the reporter of the app once, whose own failure changes nothing', async () => {
  reporterFails = true
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/fail')
  await alice.sees(/^Sorry/)
  await app.idle()
  const updateId = bot.failures.at(-1)?.updateId
  expect(reports).toEqual([
    {
      kind: 'update',
      error: expect.objectContaining({ message: 'The handler is broken' }),
      reference: String(updateId),
      updateId,
      plugin: 'plain',
      handler: '/fail',
      chatId: alice.id,
      personId: alice.id,
      attempts: 1,
    },
  ])
  expect(linesAbout('onError of the app failed')).toMatchObject([
    { kind: 'update', reference: String(updateId) },
  ])
})

test('each line of an update names it, its chat and person, plugin and handler', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/log')
  await alice.sees('logged')
  await app.idle()
  const fields = { chatId: alice.id, personId: alice.id, plugin: 'plain', handler: '/log' }
  for (const text of ['in the handler', 'of a service', 'after the commit']) {
    expect(linesAbout(text).at(-1)).toMatchObject({ ...fields, updateId: expect.any(Number) })
  }
  // Two fields of one name would make a line that readers read differently.
  const names = bot.log
    .split('\n')
    .map((line) => [...line.matchAll(/[{,]"(plugin|updateId|handler)":/g)].map(([, name]) => name))
  expect(names.every((found) => new Set(found).size === found.length)).toBe(true)
})

test('an app may leave it at the log', async () => {
  const silent = createApp({ plugins: [plain()], apologises: false })
  await using other = await startTestBot(silent, { postgresUrl: inject('postgresUrl'), quiet: true })
  const alice = other.createPerson({ firstName: 'Alice' })
  alice.sends('/fail')
  alice.sends('/log')
  await alice.sees('logged')
  await silent.idle()
  expect(other.failures).toHaveLength(1)
  expect(said(alice)).toEqual(['logged'])
})
