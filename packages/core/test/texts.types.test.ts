/** What the compiler promises and refuses about texts. `tsc --noEmit` of the root reads this file; run, it only proves that it loads. */
import { expectTypeOf, test } from 'vitest'
import {
  type CommandContext,
  createApp,
  defineContract,
  definePlugin,
  defineTexts,
  type HandlerContext,
  message,
  type TextValue,
  type TranslateTo,
} from '../src/index.js'

const texts = defineTexts({
  en: {
    hello: 'Hello, {{name}} of {{ city }}!',
    menu: { title: 'Menu', deep: { down: 'Down {{to, number}}' } },
    notes_one: 'One note of {{name}}',
    notes_other: '{{count}} notes',
  },
  ru: {
    hello: 'Привет, {{name}}!',
    menu: { title: 'Меню', deep: { down: 'Вниз {{to, number}}' } },
    notes_one: '{{count}} заметка',
    notes_few: '{{count}} заметки',
    notes_many: '{{count}} заметок',
    notes_other: '{{count}} заметки',
  },
})

class Letters {
  constructor(readonly needs: { translate: TranslateTo<typeof texts> }) {}
}
const contract = defineContract({ name: 'greeting', texts, appServices: { letters: Letters } })

async function greet(ctx: CommandContext<typeof contract>) {
  expectTypeOf(ctx.t('menu.title')).toEqualTypeOf<string>()
  expectTypeOf(ctx.t<'hello'>)
    .parameter(1)
    .toEqualTypeOf<{ readonly name: TextValue; readonly city: TextValue }>()
  expectTypeOf(ctx.t<'notes'>)
    .parameter(1)
    .toEqualTypeOf<{ readonly count: number; readonly name: TextValue }>()
  expectTypeOf(ctx.language).toEqualTypeOf<string>()
  ctx.t('menu.deep.down', { to: 1n })
  ctx.t.html('hello', { name: 'a', city: 'b' })
  // @ts-expect-error there is no such key
  ctx.t('helo')
  // @ts-expect-error a form is not asked for by its name
  ctx.t('notes_one', { count: 1, name: 'a' })
  // @ts-expect-error a value is missing
  ctx.t('hello', { name: 'a' })
  // @ts-expect-error the text takes values
  ctx.t('hello')
  // @ts-expect-error the text takes no such value
  ctx.t('hello', { name: 'a', city: 'b', age: 1 })
  // @ts-expect-error the text takes none
  ctx.t('menu.title', { name: 'a' })
  // @ts-expect-error a count is a number
  ctx.t('notes', { count: '1', name: 'a' })
}
const greeting = definePlugin(contract, {
  commands: { start: { description: 'Say hello', handle: greet } },
  handlers: {
    updates: ['message'],
    install: (bot) =>
      bot.on(message('text'), (ctx) => {
        ctx.t('menu.title')
        // @ts-expect-error there is no such key
        ctx.t('menu')
      }),
  },
  start(services) {
    services.translate('ru')('hello', { name: 'a', city: 'b' })
    // @ts-expect-error there is no such key
    services.translate('ru')('nothing')
  },
})

const silent = defineContract({ name: 'silent' })
function say(ctx: HandlerContext<typeof silent>) {
  // @ts-expect-error it has no texts
  ctx.t('hello')
}

test('the texts of all languages must agree', () => {
  // @ts-expect-error ru lacks "bye"
  const missing = () => defineTexts({ en: { hello: 'Hello', bye: 'Bye' }, ru: { hello: 'Привет' } })
  // @ts-expect-error en, the measure, has no "bye"
  const unknown = () => defineTexts({ en: { hello: 'Hello' }, ru: { hello: 'Привет', bye: 'Пока' } })
  // @ts-expect-error nobody gives "nmae"
  const value = () => defineTexts({ en: { a: 'Hi {{name}}' }, ru: { a: 'Привет, {{nmae}}' } })
  // @ts-expect-error without English all languages are the measure together
  const noMeasure = () => defineTexts({ de: { a: 'a' }, fr: { b: 'b' } })
  // @ts-expect-error a text is a string
  const number = () => defineTexts({ en: { a: 1 } })
  const own = defineTexts({ de: { a: 'a', b_one: 'b', b_other: 'b' }, ja: { a: 'a', b: 'b' } })
  expectTypeOf(defineContract({ name: 'own', texts: own }).texts).toEqualTypeOf<typeof own | undefined>()
  void [missing, unknown, value, noMeasure, number, say]
})

test('an app overrides only what is there', () => {
  createApp({
    plugins: [greeting()],
    texts: {
      greeting: {
        ru: { hello: 'Здравствуйте!' },
        de: { 'menu.title': 'Menü', notes_one: '1', notes_other: 'n' },
      },
      core: { en: { 'button.stale': 'Too late.' } },
    },
    defaultLanguage: 'ru',
  })
  // @ts-expect-error there is no such text
  const key = () => createApp({ plugins: [greeting()], texts: { greeting: { ru: { helo: 'а' } } } })
  // @ts-expect-error there is no such plugin
  const plugin = () => createApp({ plugins: [greeting()], texts: { greting: {} } })
  // @ts-expect-error core has no such text
  const core = () => createApp({ plugins: [greeting()], texts: { core: { en: { nothing: 'a' } } } })
  void [key, plugin, core]
})
