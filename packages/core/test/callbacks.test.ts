/** Pressed buttons through a whole app: typed data, buttons that are out of date, and the end of the waiting. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { expect, inject, onTestFinished, test } from 'vitest'
import {
  type App,
  type Behaviour,
  createApp,
  defineCallbackData,
  defineContract,
  definePlugin,
  type TraceEvents,
  z,
} from '../src/index.js'
import { Markup, type TelegramTypes } from '../src/telegraf.js'
import { startTestBot, type TestBot } from '../src/testing/index.js'

const contract = defineContract({ name: 'shop' })
const buy = defineCallbackData('buy', { item: z.int().max(100), colour: z.enum(['red', 'blue']) })

const start = async (app: App) => {
  const bot = await startTestBot(app, { postgresUrl: inject('postgresUrl'), quiet: true })
  onTestFinished(() => bot.stop())
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('hi')
  await expect.poll(() => bot.bot.updates.pending().length).toBe(0)
  return { bot, alice }
}

const shop = (behaviour: Behaviour<typeof contract>) =>
  createApp({ plugins: [definePlugin(contract, behaviour)()] })

const button = (text: string, data: string): TelegramTypes.InlineKeyboardButton => ({
  text,
  callback_data: data,
})

async function show(bot: TestBot, person: { id: number }, ...buttons: TelegramTypes.InlineKeyboardButton[]) {
  await bot.app.telegram.sendMessage(person.id, 'Choose', Markup.inlineKeyboard(buttons))
}

/** The calls of answerCallbackQuery that the bot has made. */
function countAnswers(bot: TestBot): () => number {
  let calls = 0
  const count = (event: unknown) => {
    const { botId, method } = event as TraceEvents['hello:api.call']
    if (botId === bot.bot.id && method === 'answerCallbackQuery') calls++
  }
  subscribe('hello:api.call', count)
  onTestFinished(() => void unsubscribe('hello:api.call', count))
  return () => calls
}

test('a handler gets the values that the button was made with, and the button stops waiting by itself', async () => {
  const seen: unknown[] = []
  const app = createApp({
    plugins: [
      definePlugin(contract, {
        callbacks: { buy: { data: buy, handle: (ctx) => void seen.push(ctx.data) } },
      })(),
    ],
  })
  const { bot, alice } = await start(app)
  await show(bot, alice, buy.button('Buy', { item: 7, colour: 'blue' }))
  expect(await (await alice.taps('Buy')).answered()).toEqual({ text: undefined, showAlert: false })
  expect(seen).toEqual([{ item: 7, colour: 'blue' }])
})

test('what ctx.answer was given is shown once the update is committed, and never where it fails', async () => {
  const app = shop({
    callbacks: {
      keep: {
        handle: async (ctx) => {
          ctx.answer('Wait')
          await ctx.services.session.sql`SELECT 1`
          ctx.answer('Kept', { alert: true })
        },
      },
      fail: {
        handle: (ctx) => {
          ctx.answer('Kept')
          throw new TypeError('broken')
        },
      },
      long: { handle: (ctx) => ctx.answer('x'.repeat(201)) },
    },
  })
  const { bot, alice } = await start(app)
  const answers = countAnswers(bot)
  await show(bot, alice, button('Keep', 'keep'), button('Fail', 'fail'), button('Long', 'long'))
  expect(await (await alice.taps('Keep')).answered()).toEqual({ text: 'Kept', showAlert: true })
  const apology = { text: expect.stringContaining('Sorry, something went wrong') }
  expect(await (await alice.taps('Fail')).answered()).toMatchObject(apology)
  expect(await (await alice.taps('Long')).answered()).toMatchObject(apology)
  await expect.poll(() => bot.failures.length).toBe(2)
  expect(bot.failures[1]?.error).toMatchObject({
    code: 'CALLBACK_ANSWER_TOO_LONG',
    message: expect.stringContaining('201 characters'),
  })
  await expect.poll(answers).toBe(3)
})

test('a press is answered once: also where the handler does it, at once or after the commit', async () => {
  const app = shop({
    callbacks: {
      now: { handle: (ctx) => ctx.answerCbQuery('Now') },
      later: { handle: (ctx) => ctx.afterCommit(() => ctx.answerCbQuery('Later')) },
    },
    handlers: { updates: [], install: (bot) => bot.action('old', (ctx) => ctx.answerCbQuery('Old')) },
  })
  const { bot, alice } = await start(app)
  const answers = countAnswers(bot)
  await show(bot, alice, button('1', 'now'), button('2', 'later'), button('3', 'old'))
  for (const [tapped, text] of Object.entries({ 1: 'Now', 2: 'Later', 3: 'Old' })) {
    expect(await (await alice.taps(tapped)).answered()).toMatchObject({ text })
  }
  await app.idle()
  await expect.poll(answers).toBe(3)
})

test('a middleware or handler that takes a press and says nothing leaves no button waiting', async () => {
  const app = shop({
    middleware: {
      install: (bot) => bot.use((ctx, next) => (ctx.from?.first_name === 'Eve' ? undefined : next())),
    },
    handlers: { updates: ['callback_query'], install: (bot) => bot.action('quiet', () => undefined) },
  })
  const { bot, alice } = await start(app)
  const eve = bot.createPerson({ firstName: 'Eve' })
  eve.sends('hi')
  await expect.poll(() => bot.bot.updates.pending().length).toBe(0)
  for (const person of [alice, eve]) {
    await show(bot, person, button('Quiet', 'quiet'))
    expect(await (await person.taps('Quiet')).answered()).toEqual({ text: undefined, showAlert: false })
  }
})

test('a button of another version, out of bounds, or of nobody, is answered politely and never handled', async () => {
  const handled: string[] = []
  const app = createApp({
    plugins: [
      definePlugin(contract, {
        callbacks: { buy: { data: buy, handle: (ctx) => void handled.push(ctx.payload) } },
        handlers: { updates: ['message'], install: (bot) => bot.on('message', () => undefined) },
      })(),
    ],
  })
  const { bot, alice } = await start(app)
  const old = defineCallbackData('buy', { item: z.int() })
  const wide = defineCallbackData('buy', { item: z.int(), colour: z.enum(['red', 'blue']) })
  const stale = [
    old.button('Old', { item: 1 }),
    wide.button('Far', { item: 101, colour: 'red' }),
    button('Bare', 'buy'),
    button('Gone', 'sell:1'),
    button('Odd', ':'),
    button('Proto', '__proto__:1'),
  ]
  await show(bot, alice, ...stale)
  for (const { text } of stale) {
    const answer = await (await alice.taps(text)).answered()
    expect(answer).toEqual({ text: 'This button no longer works.', showAlert: false })
  }
  const masha = bot.createPerson({ firstName: 'Masha', languageCode: 'ru' })
  masha.sends('hi')
  await expect.poll(() => bot.bot.updates.pending().length).toBe(0)
  await show(bot, masha, button('Gone', 'sell:1'))
  expect(await (await masha.taps('Gone')).answered()).toMatchObject({
    text: 'Эта кнопка больше не работает.',
  })
  expect(handled).toEqual([])
  expect(bot.failures).toEqual([])
  const lines = bot.log.split('\n').filter((line) => line.includes('out of date'))
  expect(JSON.parse(lines[0] as string)).toMatchObject({ plugin: 'shop', handler: 'callback buy' })
  expect(lines).toHaveLength(stale.length + 1)
})

test('a press that Telegram has forgotten meanwhile fails nothing', async () => {
  const { bot, alice } = await start(shop({ callbacks: { go: { handle: () => undefined } } }))
  await show(bot, alice, button('Go', 'go'))
  bot.server.faults.next('answerCallbackQuery', {
    kind: 'error',
    errorCode: 400,
    description: 'Bad Request: query is too old and response timeout expired or query ID is invalid',
  })
  await alice.taps('Go')
  await expect.poll(() => bot.log).toContain('A pressed button could not be answered')
  expect(bot.failures).toEqual([])
  expect(bot.log).not.toMatch(/"level":"?(40|50|60|warn|error)/)
})

test('an edit leaves with the transaction, and one that changes nothing is no failure', async () => {
  const page = defineCallbackData('page', { page: z.int() })
  const app = createApp({
    plugins: [
      definePlugin(contract, {
        callbacks: {
          page: {
            data: page,
            handle: (ctx) =>
              ctx.outbox.edit(
                `Page ${ctx.data.page}`,
                Markup.inlineKeyboard([page.button('Again', { page: 2 })]),
              ),
          },
        },
        commands: { edit: { description: 'Edit', handle: (ctx) => ctx.outbox.edit('x') } },
      })(),
    ],
  })
  const { bot, alice } = await start(app)
  await show(bot, alice, page.button('Next', { page: 2 }))
  await alice.taps('Next')
  await alice.sees('Page 2')
  await (await alice.taps('Again')).answered()
  await app.idle()
  expect(await app.unit(({ session }) => session.sql`SELECT outcome FROM hello_outbox`)).toEqual([])
  alice.sends('/edit')
  await expect.poll(() => bot.failures.length).toBe(1)
  expect(bot.failures[0]?.error).toMatchObject({
    code: 'OUTBOX_PAYLOAD',
    message: expect.stringContaining('outbox.edit() was called where no button was pressed'),
  })
})
