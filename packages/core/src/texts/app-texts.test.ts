import { expect, test } from 'vitest'
import { type AppTexts, type AppTextsSource, readAppTexts } from './app-texts.js'
import { coreTexts } from './core-texts.js'
import { defineTexts, type Texts } from './define-texts.js'
import { escapeHtml } from './escape-html.js'

const greeting = defineTexts({
  en: {
    hello: 'Hello, {{name}}!',
    menu: { title: 'Menu' },
    notes_one: 'One note',
    notes_other: '{{count}} notes',
    price: '{{amount, number}}',
    bold: '<b>{{name}}</b>',
  },
  ru: {
    hello: 'Привет, {{name}}!',
    menu: { title: 'Меню' },
    notes_one: '{{count}} заметка',
    notes_few: '{{count}} заметки',
    notes_many: '{{count}} заметок',
    notes_other: '{{count}} заметки',
    price: '{{amount, number}}',
    bold: '<b>{{name}}</b>',
  },
})

function textsOf(source: Partial<AppTextsSource> = {}): AppTexts {
  const { texts, faults } = readAppTexts({ plugins: [{ name: 'greeting', texts: greeting }], ...source })
  expect(faults).toEqual([])
  return texts
}

/** What is wrong with texts that the compiler did not see. */
function faultsOf(languages: unknown, source: Partial<AppTextsSource> = {}): string[] {
  const texts = { languages } as Texts
  const { faults } = readAppTexts({ plugins: [{ name: 'greeting', texts }], ...source })
  return faults.map(({ code, message }) => `${code}: ${message}`)
}

test('says a text in the language that is asked for, with its values', () => {
  const texts = textsOf()
  expect(texts.translator('greeting', 'en')('hello', { name: 'Alice' })).toBe('Hello, Alice!')
  expect(texts.translator('greeting', 'ru')('hello', { name: 'Алиса' })).toBe('Привет, Алиса!')
  expect(texts.translator('greeting', 'ru')('menu.title')).toBe('Меню')
})

test('follows the plural of each language', () => {
  const texts = textsOf()
  const inLanguage = (language: string) => (count: number) =>
    texts.translator('greeting', language)('notes', { count })
  expect([1, 2, 0].map(inLanguage('en'))).toEqual(['One note', '2 notes', '0 notes'])
  expect([1, 3, 5, 21, 1.5].map(inLanguage('ru'))).toEqual([
    '1 заметка',
    '3 заметки',
    '5 заметок',
    '21 заметка',
    '1.5 заметки',
  ])
})

test('formats a number as the language does', () => {
  const texts = textsOf()
  expect(texts.translator('greeting', 'en')('price', { amount: 1234.5 })).toBe('1,234.5')
  expect(texts.translator('greeting', 'ru')('price', { amount: 1234.5 })).toMatch(/^1\s234,5$/)
})

test.each(['<b>&amp;</b>', '$t(menu.title)', '{{count}}', "$& $1 $' $`", '__proto__'])(
  'leaves the value %s as it is',
  (name) => {
    expect(textsOf().translator('greeting', 'en')('hello', { name })).toBe(`Hello, ${name}!`)
  },
)

test('escapes the values for HTML where it is asked to, and not the text', () => {
  const t = textsOf().translator('greeting', 'en')
  expect(t.html('bold', { name: '<Alice> & "Bob"' })).toBe('<b>&lt;Alice&gt; &amp; &quot;Bob&quot;</b>')
  expect(escapeHtml('a < b')).toBe('a &lt; b')
})

test('finds the nearest language: the region, the language, else the default of the app', () => {
  const texts = textsOf({ overrides: { greeting: { 'pt-BR': { hello: 'Oi, {{name}}!' } } } })
  expect(texts.nearest('PT-br')).toBe('pt-BR')
  expect(texts.nearest('ru-RU')).toBe('ru')
  expect(texts.nearest('zh-hans')).toBe('en')
  expect(texts.nearest(undefined)).toBe('en')
  expect(textsOf({ defaultLanguage: 'RU' }).nearest('fr')).toBe('ru')
})

test('an app overrides texts of plugins and of core, in known languages and in further ones', () => {
  const texts = textsOf({
    overrides: {
      greeting: {
        ru: { hello: 'Здравствуйте, {{name}}!', notes: 'Заметки' },
        de: { hello: 'Hallo, {{name}}!' },
      },
      core: { en: { 'button.stale': 'Too late.' } },
    },
  })
  expect(texts.translator('greeting', 'ru')('hello', { name: 'Алиса' })).toBe('Здравствуйте, Алиса!')
  expect(texts.translator('greeting', 'ru')('notes', { count: 5 })).toBe('Заметки')
  expect(texts.translator('greeting', 'de')('hello', { name: 'Alice' })).toBe('Hallo, Alice!')
  // What the new language lacks is said in the default one.
  expect(texts.translator('greeting', 'de')('menu.title')).toBe('Menu')
  expect(texts.core('en')('button.stale')).toBe('Too late.')
  expect(texts.core('ru')('button.stale')).toBe('Эта кнопка больше не работает.')
})

test('says a text in the first language of a plugin that speaks neither the person’s nor the default one', () => {
  const fr = { languages: { fr: { hello: 'Bonjour' } } } as Texts
  const { texts } = readAppTexts({ plugins: [{ name: 'greeting', texts: fr }] })
  expect(texts.translator('greeting', 'ru')('hello')).toBe('Bonjour')
})

test('two apps in one process say their own words', () => {
  const first = textsOf({ overrides: { greeting: { en: { hello: 'Hi, {{name}}!' } } } })
  const second = textsOf()
  expect(first.translator('greeting', 'en')('hello', { name: 'A' })).toBe('Hi, A!')
  expect(second.translator('greeting', 'en')('hello', { name: 'A' })).toBe('Hello, A!')
})

test('refuses a text that is not there, and a value that is missing', () => {
  const t = textsOf().translator('greeting', 'en')
  expect(() => t('helo')).toThrow(
    expect.objectContaining({
      code: 'TEXT_UNKNOWN',
      message: 'Plugin "greeting" has no text "helo". Did you mean "hello"?',
    }),
  )
  expect(() => t('hello')).toThrow(/"hello" takes a value "name".*t\('hello', \{ name \}\)/)
  expect(() => t('notes', {})).toThrow(/takes a value "count"/)
})

test.each([
  ['no object', 'Hello', /^TEXTS_INVALID: Plugin "greeting", texts are of type string/],
  ['no language', {}, /has no language/],
  ['no language tag', { 'en us': { a: 'a' } }, /"en us" is no language tag/],
  ['no texts', { en: [] }, /en: expected an object/],
  ['what is no text', { en: { a: { b: 1 } } }, /"a\.b" is of type number/],
  ['a key twice', { en: { a: { b: 'x' }, 'a.b': 'y' } }, /"a\.b" stands there twice/],
  ['a missing key', { en: { a: 'a', b: 'b' }, ru: { a: 'а' } }, /ru: lacks "b"/],
  ['an unknown key', { en: { a: 'a' }, ru: { a: 'а', c: 'в' } }, /ru: has "c", which the others lack/],
  [
    'a missing form',
    { en: { n_one: '1', n_other: 'n' }, ru: { n_one: '1', n_other: 'n' } },
    /ru: the plural of this language needs "n_few", "n_many"/,
  ],
  [
    'a form that is never used',
    { en: { n_one: '1', n_few: '2', n_other: 'n' } },
    /en: the plural of this language never uses "n_few"/,
  ],
  [
    'a text beside its forms',
    { en: { n: 'n', n_one: '1', n_other: 'n' } },
    /"n" stands beside its own forms/,
  ],
  ['an unknown value', { en: { a: '{{name}}' }, ru: { a: '{{nmae}}' } }, /ru: "a" takes "nmae"/],
  ['a broken placeholder', { en: { a: 'Hello, {{name}!' } }, /"a" has braces that name no value/],
])('refuses %s', (_, languages, expected) => {
  expect(faultsOf(languages).join('\n')).toMatch(expected)
})

test.each([
  ['of an unknown plugin', { greting: {} }, /^TEXTS_UNKNOWN: .*"greting".*Did you mean "greeting"/],
  ['of an unknown key', { greeting: { ru: { helo: 'а' } } }, /^TEXTS_UNKNOWN: .*no text "helo".*"hello"/],
  ['with an unknown value', { greeting: { ru: { hello: '{{x}}' } } }, /^TEXTS_INVALID: .*"hello" takes "x"/],
  ['with half a plural', { greeting: { de: { notes_one: '1' } } }, /de: the plural.*needs "notes_other"/],
  ['that is no object', 'ru', /texts must be an object/],
])('refuses an override %s', (_, overrides, expected) => {
  expect(faultsOf(greeting.languages, { overrides }).join('\n')).toMatch(expected)
})

test('refuses a default language in which there is no text', () => {
  expect(faultsOf(greeting.languages, { defaultLanguage: 'tlh' }).join()).toMatch(/defaultLanguage is "tlh"/)
})

test("core's own texts are whole in every language", () => {
  expect(faultsOf(coreTexts.languages)).toEqual([])
})
