/** What plugins bring is refused at boot where it cannot be used, or where two of them claim the same. */

import { asValue } from 'awilix'
import { expect, test } from 'vitest'
import { Model, Table } from '../models.js'
import type { Behaviour } from '../plugin/behaviour.js'
import { defineCallbackData } from '../plugin/callback-data.js'
import { type ContractDefinition, defineContract, type Plugin } from '../plugin/contract.js'
import { defineGuard } from '../plugin/guard.js'
import { definePlugin } from '../plugin/plugin.js'
import { createApp } from './create-app.js'

class Service {}

test.each([
  ['SERVICE_CONFLICT', 'the service "users"', { appServices: { users: Service } }, {}],
  ['COMMAND_CONFLICT', 'the command "/go"', {}, { commands: { go: command('Go') } }],
  ['CALLBACK_CONFLICT', 'the button prefix "buy"', {}, { callbacks: { buy: { handle() {} } } }],
])('%s: names both plugins and %s', (code, what, contract, behaviour) => {
  expect(refusalOf(plugin('a', contract, behaviour), plugin('b', contract, behaviour))).toMatchObject({
    code,
    message: expect.stringContaining(`Plugins "a" and "b" both have ${what}`),
  })
})

test('a service of an app and one of an update cannot share a name', () => {
  const both = { appServices: { users: Service }, updateServices: { users: Service } }
  expect(refusalOf(plugin('a', both))).toMatchObject({
    code: 'SERVICE_CONFLICT',
    message: expect.stringContaining('Plugin "a" has twice the service "users"'),
  })
})

test.each(['logger', 'telegram', 'database', 'commands', 'extensions', 'session', 'outbox', 'options'])(
  'the service name "%s" is core’s',
  (name) => {
    expect(refusalOf(plugin('a', { appServices: { [name]: Service } }))).toMatchObject({
      code: 'SERVICE_CONFLICT',
      message: expect.stringContaining(`"${name}", a name that core itself gives`),
    })
  },
)

test.each([
  ['undefined', undefined],
  ['null', null],
  ['a function', () => new Service()],
  ['string', 'Service'],
  ['object', {}],
])('a service that is %s is neither a class nor a resolver', (found, registration) => {
  expect(refusalOf(plugin('a', { updateServices: { users: registration as never } }))).toMatchObject({
    code: 'SERVICE_INVALID',
    message: expect.stringContaining(`Plugin "a": its service "users" is ${found}`),
  })
})

test('a class and a resolver are services', () => {
  expect(() =>
    createApp({ plugins: [plugin('a', { appServices: { one: Service, two: asValue(2) } })] }),
  ).not.toThrow()
})

test.each([
  ['/start', command('Start'), 'a name is 1–32 of'],
  ['Start', command('Start'), 'a name is 1–32 of'],
  ['x'.repeat(33), command('Start'), 'a name is 1–32 of'],
  ['start', command(''), 'a description has 1–256 characters, this one 0'],
  ['start', command('x'.repeat(257)), 'this one 257'],
  ['start', { ...command('Start'), updates: ['mesage'] }, 'does not come in "mesage"'],
  ['start', undefined, 'is undefined'],
  ['start', { ...command('Start'), description: 7 }, '"description" is of type number'],
  [
    'start',
    { ...command('Start'), scopes: [] },
    '"scopes" is .., but must be a list of default, all_private',
  ],
  ['start', { ...command('Start'), scopes: ['chat'] }, '"scopes" is ..chat...*but must be a list of'],
  ['start', { ...command('Start'), hidden: 1 }, '"hidden" is of type number'],
])('refuses the command %j', (name, value, reason) => {
  expect(refusalOf(plugin('a', {}, { commands: { [name]: value } }))).toMatchObject({
    code: 'COMMAND_INVALID',
    message: expect.stringMatching(new RegExp(`Plugin "a", command "${name}".*${reason}`)),
  })
})

test.each(['', 'a:b', 'Buy', 'x'.repeat(33)])('refuses the button prefix %j', (prefix) => {
  expect(refusalOf(plugin('a', {}, { callbacks: { [prefix]: { handle() {} } } }))).toMatchObject({
    code: 'CALLBACK_INVALID',
    message: expect.stringContaining(`callback "${prefix}"`),
  })
})

test.each([
  ['a prefix of core', 'hello_x', {}, 'prefixes that begin with hello_ are core'],
  ['data of another prefix', 'buy', { data: defineCallbackData('sell') }, 'its data has the prefix "sell"'],
  ['data that is none', 'buy', { data: {} }, '"data" is of type object, but must be what defineCallbackData'],
])('refuses a callback with %s', (_, prefix, part, reason) => {
  expect(refusalOf(plugin('a', {}, { callbacks: { [prefix]: { ...part, handle() {} } } }))).toMatchObject({
    code: 'CALLBACK_INVALID',
    message: expect.stringContaining(reason),
  })
})

test.each([
  ['no list', 'commands', true, 'GUARD_INVALID', '"guards" is of type boolean, but must be a list'],
  ['no guard', 'callbacks', [() => true], 'GUARD_INVALID', 'guards[0] is of type function, but must be what'],
  [
    'a stranger’s',
    'handlers',
    [ofStranger()],
    'GUARD_NOT_REQUIRED',
    'of plugin "stranger", which it does not',
  ],
])('refuses guards that are %s, of %s', (_, part, guards, code, reason) => {
  const one = { description: 'Go', updates: ['message'], guards, handle() {}, install() {} }
  const behaviour = { [part]: part === 'handlers' ? one : { go: one } }
  expect(refusalOf(plugin('a', {}, behaviour))).toMatchObject({
    code,
    message: expect.stringContaining(reason),
  })
})

test.each([
  ['no name', { allows: (): boolean => true }, 'A guard has no name'],
  ['no allows', { name: 'admins' }, 'Guard "admins": allows must be a function'],
  [
    'a refuse that is none',
    { name: 'admins', allows: (): boolean => true, refuse: 'No' },
    'refuse one or left out',
  ],
])('refuses a guard with %s', (_, definition, reason) => {
  expect(() => defineGuard(definition as never)).toThrow(
    expect.objectContaining({ code: 'GUARD_INVALID', message: expect.stringContaining(reason) }),
  )
})

test.each([
  ['an unknown part', { onStart() {} }, /part "onStart".*Did you mean "start"\?.*Known: middleware/],
  ['start', { start: 'now' }, /"start" is of type string/],
  ['drain', { drain: {} }, /"drain" is of type object/],
  ['stop', { stop: null }, /"stop" is null/],
  ['commands', { commands: [] }, /"commands" is a list/],
  [
    'a handler of a command',
    { commands: { go: { description: 'Go' } } },
    /command "go": "handle" is undefined/,
  ],
  ['a handler of a button', { callbacks: { buy: {} } }, /callback "buy": "handle" is undefined/],
  ['install', { handlers: { updates: ['message'] } }, /"handlers.install" is undefined/],
  ['updates', { handlers: { install() {} } }, /"handlers.updates" is undefined/],
  [
    'updates of middleware',
    { middleware: { updates: 'message', install() {} } },
    /"middleware.updates" is of/,
  ],
])('refuses a wrong %s', (_, behaviour, message) => {
  expect(refusalOf(plugin('a', {}, behaviour))).toMatchObject({
    code: 'PLUGIN_HOOK',
    message: expect.stringMatching(message),
  })
})

@Table({ tableName: 'notes' })
class Note extends Model {}
@Table({ tableName: 'notes' })
class Remark extends Model {}
const SameName = (() => {
  @Table({ tableName: 'other_notes' })
  class Note extends Model {}
  return Note
})()
@Table
class Unnamed extends Model {}
@Table({ tableName: 'hello_inbox' })
class Inbox extends Model {}

test.each([
  ['one table', [Note], [Remark], 'Plugins "a" and "b" both have the table "notes"'],
  ['one name', [Note], [SameName], 'Plugins "a" and "b" both have the model "Note"'],
  ['a table of core', [Inbox], [], 'has the table "hello_inbox"; tables that begin with hello_ are core'],
])('refuses models of %s', (_, ofA, ofB, message) => {
  expect(refusalOf(plugin('a', { models: ofA }), plugin('b', { models: ofB }))).toMatchObject({
    code: 'MODEL_CONFLICT',
    message: expect.stringContaining(message),
  })
})

test.each([
  ['undefined', undefined, 'models[0] is undefined'],
  ['any class', Service, 'models[0] is Service, not a model'],
  ['a model that does not name its table', Unnamed, '(Unnamed) does not name its table'],
])('refuses %s as a model', (_, model, message) => {
  expect(refusalOf(plugin('a', { models: [model as never] }))).toMatchObject({
    code: 'MODEL_INVALID',
    message: expect.stringContaining(message),
  })
})

function ofStranger() {
  return defineGuard(defineContract({ name: 'stranger' }), { name: 'theirs', allows: () => true })
}

function command(description: string) {
  return { description, handle: () => undefined }
}

function plugin(
  name: string,
  contract: Partial<ContractDefinition<any, any, any, any, any>>,
  behaviour: object = {},
): Plugin {
  return definePlugin(defineContract({ ...contract, name }), behaviour as Behaviour<any>)() as Plugin
}

function refusalOf(...plugins: Plugin[]): unknown {
  try {
    createApp({ plugins })
  } catch (error) {
    return error
  }
  throw new TypeError('The plugins were not refused.')
}
