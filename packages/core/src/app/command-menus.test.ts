/** Which lists of commands are set: a narrow scope holds what the wider ones hold, a language only what it says otherwise. */
import { expect, test } from 'vitest'
import type { Behaviour, Command } from '../plugin/behaviour.js'
import { defineContract } from '../plugin/contract.js'
import { definePlugin, definitionOf, type PluginDefinition } from '../plugin/plugin.js'
import { readAppTexts } from '../texts/app-texts.js'
import { defineTexts, type Texts } from '../texts/define-texts.js'
import { readCommands } from './command-entries.js'
import { planCommandMenus } from './command-menus.js'

type Commands = Record<string, Partial<Command<any>>>

function menusOf(
  commands: Commands,
  {
    texts,
    hasHelp = false,
    defaultLanguage = 'en',
  }: { texts?: Texts; hasHelp?: boolean; defaultLanguage?: string } = {},
) {
  const { entries, faults } = read(commands, texts, hasHelp, defaultLanguage)
  expect(faults).toEqual([])
  return planCommandMenus(entries).map((menu) => ({
    list: `${menu.scope} ${menu.language}`.trim(),
    shows: menu.commands.map(({ command, description }) => `${command}: ${description}`),
  }))
}

function read(commands: Commands, texts?: Texts, hasHelp = false, defaultLanguage = 'en') {
  const complete = Object.entries(commands).map(([name, command]) => [
    name,
    { description: name, handle() {}, ...command },
  ])
  const contract = defineContract({ name: 'shop', ...(texts && { texts }) })
  const behaviour = { commands: Object.fromEntries(complete) } as Behaviour<typeof contract>
  const definition = definitionOf(definePlugin(contract, behaviour)()) as PluginDefinition
  const app = readAppTexts({ plugins: [{ name: 'shop', texts }], defaultLanguage })
  return readCommands([definition], app.texts, hasHelp)
}

test('commands of one language make one list, in their order, and /help is the last', () => {
  expect(menusOf({ start: {}, buy: {} }, { hasHelp: true })).toEqual([
    { list: 'default', shows: ['start: start', 'buy: buy', 'help: What I can do'] },
  ])
})

test('a narrower scope has a list only where a command is of it, with what the wider scopes show', () => {
  const all = {
    start: {},
    balance: { scopes: ['all_private_chats'] },
    ban: { scopes: ['all_chat_administrators'] },
  }
  expect(menusOf(all as Commands)).toEqual([
    { list: 'default', shows: ['start: start'] },
    { list: 'all_private_chats', shows: ['start: start', 'balance: balance'] },
    { list: 'all_chat_administrators', shows: ['start: start', 'ban: ban'] },
  ])
  const group = {
    start: {},
    vote: { scopes: ['all_group_chats'] },
    ban: { scopes: ['all_chat_administrators'] },
  }
  expect(menusOf(group as Commands).at(-1)).toEqual({
    list: 'all_chat_administrators',
    shows: ['start: start', 'vote: vote', 'ban: ban'],
  })
})

test('a hidden command stands in no list, and a scope of hidden commands has none', () => {
  const commands = { start: {}, debug: { hidden: true }, ban: { hidden: true, scopes: ['all_group_chats'] } }
  expect(menusOf(commands as Commands)).toEqual([{ list: 'default', shows: ['start: start'] }])
  expect(menusOf({ debug: { hidden: true } }, { hasHelp: true })).toEqual([])
})

test('a language has a list where it says something else; what is not said in it is said in the default', () => {
  const start = { en: 'Start', ru: 'Начать', 'pt-BR': 'Iniciar' }
  expect(menusOf({ start: { description: start }, buy: { description: 'Buy' } }, { hasHelp: true })).toEqual([
    { list: 'default', shows: ['start: Start', 'buy: Buy', 'help: What I can do'] },
    { list: 'default ru', shows: ['start: Начать', 'buy: Buy', 'help: Что я умею'] },
    { list: 'default pt', shows: ['start: Iniciar', 'buy: Buy', 'help: What I can do'] },
  ])
})

test('the app’s default language is the list of everybody else', () => {
  const start = { description: { en: 'Start', ru: 'Начать' } }
  expect(menusOf({ start }, { defaultLanguage: 'ru' })).toEqual([
    { list: 'default', shows: ['start: Начать'] },
    { list: 'default en', shows: ['start: Start'] },
  ])
})

test('texts of the plugin describe its commands; the English of core alone makes no Russian list', () => {
  const texts = defineTexts({ en: { start: 'Start' }, ru: { start: 'Начать' } })
  const start = { description: (t: (key: 'start') => string) => t('start') } as Partial<Command<any>>
  expect(menusOf({ start }, { texts }).map(({ list }) => list)).toEqual(['default', 'default ru'])
  const english = defineTexts({ en: { start: 'Start' } })
  expect(menusOf({ start }, { texts: english, hasHelp: true }).map(({ list }) => list)).toEqual(['default'])
})

test.each([
  ['a language without a text', { en: 'Start', ru: ' ' }, 'this one (ru) 0.'],
  ['a text that is too long', { en: 'x'.repeat(257) }, 'this one 257.'],
  ['a language that is none', { English: 'Start' }, 'a language "English", which is no tag'],
  ['no language', {}, 'its description has no language.'],
  [
    'a function that fails',
    (t: (key: string) => string) => t('gone'),
    'failed: Plugin "shop" has no text "gone"',
  ],
])('refuses a description that has %s', (_, description, reason) => {
  const { faults } = read({ start: { description } as Partial<Command<any>> })
  expect(faults[0]).toMatchObject({ code: 'COMMAND_INVALID', message: expect.stringContaining(reason) })
  expect(faults[0]?.message).toMatch(/^Plugin "shop", command "start": /)
})

test('a menu holds 100 commands', () => {
  const commands = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`c${index}`, {}]))
  expect(read(commands).faults[0]).toMatchObject({
    code: 'COMMANDS_TOO_MANY',
    message: expect.stringContaining('101 commands, and a menu of Telegram holds 100'),
  })
  expect(read({ ...commands, c7: { hidden: true } }).faults).toEqual([])
})
