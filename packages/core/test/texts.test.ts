/** Texts of a whole app: in whose language a person is answered, and by whom. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import {
  asFunction,
  createApp,
  defineContract,
  definePlugin,
  defineTexts,
  type HandlerContext,
  message,
  type TranslateTo,
} from '../src/index.js'
import { startTestBot, type TestBot } from '../src/testing/test-bot.js'

const texts = defineTexts({
  en: { hello: 'Hello, {{name}}!', letter: 'Dear {{name}}' },
  ru: { hello: 'Привет, {{name}}!', letter: 'Дорогая {{name}}' },
})

class Letters {
  constructor(readonly needs: { translate: TranslateTo<typeof texts> }) {}
  to(name: string, language?: string) {
    return this.needs.translate(language)('letter', { name })
  }
}

const contract = defineContract({
  name: 'greeting',
  texts,
  appServices: {
    letters: Letters,
    functionLetters: asFunction(
      ({ translate }: { translate: TranslateTo<typeof texts> }) =>
        (name: string) =>
          translate('ru')('letter', { name }),
    ),
  },
})
const greeting = definePlugin(contract, {
  // As a plugin that keeps people's choice does it.
  middleware: {
    install: (bot) =>
      bot.use((ctx, next) => {
        if (ctx.text?.startsWith('in ')) ctx.language = ctx.text.slice(3)
        return next()
      }),
  },
  commands: {
    letter: {
      description: 'Write a letter',
      handle: (ctx) =>
        ctx.reply(
          [
            ctx.services.letters.to(ctx.payload, ctx.language),
            ctx.services.functionLetters(ctx.payload),
            ctx.services.translate()('letter', { name: ctx.payload }),
          ].join('; '),
        ),
    },
  },
  handlers: { updates: ['message'], install: (bot) => bot.on(message('text'), greet) },
})
async function greet(ctx: HandlerContext<typeof contract>, next: () => Promise<void>) {
  await ctx.reply(`${ctx.language}: ${ctx.t('hello', { name: ctx.from?.first_name ?? 'you' })}`)
  await next()
}

// A second plugin with a key of the same name: each has its own.
const other = definePlugin(
  defineContract({
    name: 'other',
    requires: [greeting],
    texts: defineTexts({ en: { hello: 'And I am other' } }),
  }),
  {
    handlers: {
      updates: ['message'],
      install: (bot) => bot.on(message('text'), (ctx) => ctx.reply(ctx.t('hello'))),
    },
  },
)

const app = createApp({
  plugins: [greeting(), other()],
  texts: { other: { ru: { hello: 'А я другой' } } },
})
let bot: TestBot
beforeAll(async () => {
  bot = await startTestBot(app, { postgresUrl: inject('postgresUrl') })
})
afterAll(() => bot?.stop())

test.each([
  ['ru', 'ru: Привет, Алиса!', 'А я другой'],
  ['ru-RU', 'ru: Привет, Алиса!', 'А я другой'],
  ['fr', 'en: Hello, Алиса!', 'And I am other'],
  [undefined, 'en: Hello, Алиса!', 'And I am other'],
])('answers in the language that Telegram gives: %s', async (languageCode, hello, otherHello) => {
  const alice = bot.createPerson({ firstName: 'Алиса', ...(languageCode && { languageCode }) })
  alice.sends('hi')
  await alice.sees(hello)
  await alice.sees(otherHello)
})

test('answers in the language that a middleware has set', async () => {
  const alice = bot.createPerson({ firstName: 'Alice', languageCode: 'en' })
  alice.sends('in ru')
  await alice.sees('ru: Привет, Alice!')
  alice.sends('in xx')
  await alice.sees('en: Hello, Alice!')
})

test('gives services and whatever has no context the texts of their plugin in any language', async () => {
  const alice = bot.createPerson({ firstName: 'Алиса', languageCode: 'ru' })
  alice.sends('/letter Alice')
  await alice.sees('Дорогая Alice; Дорогая Alice; Dear Alice')
})

test('refuses wrong texts when the app is made, all of them at once', () => {
  const wrong = definePlugin(
    defineContract({ name: 'wrong', texts: defineTexts({ en: { n_one: '1', n_few: '2', n_other: 'n' } }) }),
    {},
  )
  const texts = { nobody: {} } as object
  expect(() => createApp({ plugins: [wrong()], texts })).toThrow(
    /The texts of the app have several faults:\n.*never uses "n_few".*\n.*"nobody"/,
  )
})

test('keeps the name of core for itself', () => {
  const core = definePlugin(defineContract({ name: 'core' }), {})
  expect(() => createApp({ plugins: [core()] })).toThrow(expect.objectContaining({ code: 'PLUGIN_NAME' }))
})
