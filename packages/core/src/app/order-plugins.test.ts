/** The boot checks of a list of plugins, and the order in which plugins start. */
import { expect, test, vi } from 'vitest'
import type { Behaviour } from '../plugin/behaviour.js'
import { type AnyPluginFactory, defineContract } from '../plugin/contract.js'
import { definePlugin } from '../plugin/plugin.js'
import { createApp } from './create-app.js'
import { orderPlugins } from './order-plugins.js'

test('gives plugins in the order of requires, else as they stand in the list', () => {
  const a = factory('a')
  const b = factory('b', [a])
  const c = factory('c', [b, a])
  const lone = factory('lone')
  expect(orderOf([c(), lone(), a(), b()])).toEqual(['a', 'b', 'c', 'lone'])
})

test.each([
  ['undefined', undefined, 'undefined'],
  ['null', null, 'null'],
  ['a text', 'users', 'a value of type string'],
  ['an object of other form', { name: 'users' }, 'a value of type object'],
  ['a factory that was not called', factory('users'), 'the factory of "users", not called'],
])('refuses %s in the list', (_, value, found) => {
  expect(refusalOf([factory('a')(), value])).toMatchObject({
    code: 'PLUGIN_SHAPE',
    message: expect.stringMatching(new RegExp(`plugins\\[1\\].*${found}`)),
  })
})

test('refuses a module namespace and names its exports', async () => {
  const namespace = await import('../config/nearest-name.js')
  expect(refusalOf([namespace])).toMatchObject({
    code: 'PLUGIN_SHAPE',
    message: expect.stringContaining('a module with the exports nearestName'),
  })
})

test('refuses a missing list, and timeouts that are none', () => {
  const create = createApp as (definition: unknown) => unknown
  expect(() => create(undefined)).toThrow(expect.objectContaining({ code: 'APP_SHAPE' }))
  expect(() => create({ plugins: {} })).toThrow(expect.objectContaining({ code: 'APP_SHAPE' }))
  for (const startTimeoutMs of [0, -1, 0.5, Number.NaN, 2 ** 31, '5']) {
    const message = expect.stringContaining(`startTimeoutMs is ${startTimeoutMs}`)
    expect(() => create({ plugins: [], startTimeoutMs })).toThrow(
      expect.objectContaining({ code: 'APP_SHAPE', message }),
    )
  }
})

test.each(['', 'Users', 'user s', '-users', 'users-', 'пользователи', 'u_sers', '1st', 'x'.repeat(41), 7])(
  'refuses the name %j',
  (name) => {
    expect(refusalOf([factory(name as string)()])).toMatchObject({
      code: 'PLUGIN_NAME',
      message: expect.stringContaining(`"${name}"`),
    })
  },
)

test('refuses two plugins of one name and says where they stand', () => {
  const [first, second] = [factory('users'), factory('users')]
  expect(refusalOf([first(), factory('a')(), second()])).toMatchObject({
    code: 'PLUGIN_DUPLICATE',
    message: expect.stringMatching(/"users": plugins\[0\] and plugins\[2\]/),
  })
})

test('names the plugin that is missing, who requires it and what is there', () => {
  const users = factory('users')
  expect(refusalOf([factory('analytics', [users])(), factory('a')()])).toMatchObject({
    code: 'PLUGIN_DEPENDENCY_MISSING',
    message:
      'Plugin "analytics" requires "users", which is not in the plugins list (found: analytics, a). Add users() to the plugins of createApp().',
  })
})

test('takes the plugin that is required by its name, as npm may have installed it twice', () => {
  const [mine, theirs] = [factory('users'), factory('users')]
  expect(orderOf([factory('analytics', [theirs])(), mine()])).toEqual(['users', 'analytics'])
})

test('prints the ring in which plugins require each other', () => {
  const ring = ['a', 'b', 'c'].map((name, index, names) =>
    factory(name, [factory(names[(index + 1) % 3] as string)])(),
  )
  const intoIt = factory('d', [factory('b')])()
  expect(refusalOf([intoIt, ...ring])).toMatchObject({
    code: 'PLUGIN_CYCLE',
    message: expect.stringContaining('b → c → a → b'),
  })
})

test('refuses a plugin that requires itself', () => {
  expect(refusalOf([factory('a', [factory('a')])()])).toMatchObject({
    code: 'PLUGIN_SELF',
    message: expect.stringContaining('"a" requires itself'),
  })
})

test('refuses what is required and is no plugin', () => {
  const fault = { code: 'PLUGIN_SHAPE', message: expect.stringMatching(/"a", requires\[0\] is undefined/) }
  expect(refusalOf([factory('a', [undefined as never])()])).toMatchObject(fault)
  const called = factory('b')()
  expect(refusalOf([factory('a', [called as never])()])).toMatchObject({
    code: 'PLUGIN_SHAPE',
    message: expect.stringContaining('a plugin, called already'),
  })
})

test('refuses options that are no schema', () => {
  const contract = defineContract({ name: 'a', options: { limit: 3 } as any })
  const create = definePlugin(contract, {}) as AnyPluginFactory
  expect(refusalOf([create()])).toMatchObject({
    code: 'PLUGIN_SCHEMA',
    message: expect.stringContaining('Plugin "a"'),
  })
})

test.each([
  ['>=2', '1.4.0', true],
  ['nonsense', '1.4.0', true],
  ['>=1.0.0 <2', '1.4.0', false],
  ['>=1.0.0 <2', '1.4.0-next.1', false],
])('a plugin for core %s beside core %s: refused = %s', (core, version, isRefused) => {
  const plugin = definePlugin(defineContract({ name: 'a', core }), {})()
  if (!isRefused) return expect(orderPlugins([plugin], version)).toHaveLength(1)
  expect(() => orderPlugins([plugin], version)).toThrow(
    expect.objectContaining({
      code: 'PLUGIN_CORE_VERSION',
      message: expect.stringMatching(`"a" works with @hello/core ${core}, and this is ${version}`),
    }),
  )
})

test('recognises a plugin that another copy of core has made', async () => {
  vi.resetModules()
  const other = await import('../plugin/plugin.js')
  expect(other.definePlugin).not.toBe(definePlugin)
  const plugin = other.definePlugin(defineContract({ name: 'users' }), {})()
  expect(refusalOf([factory('a')(), plugin])).toMatchObject({
    code: 'PLUGIN_CORE_COPY',
    message: expect.stringMatching(/"users" was made with another installed copy.*npm ls @hello\/core/),
  })
})

test('says everything that is wrong at once', () => {
  const users = factory('users')
  const plugins = [
    factory('a', [users], { commands: { start: command } })(),
    factory('b', [], { commands: { start: command } })(),
    factory('b')(),
    definePlugin(defineContract({ name: 'c', core: '>=99' }), {})(),
  ]
  const error = refusalOf(plugins) as AggregateError
  expect(error).toBeInstanceOf(AggregateError)
  expect(error.errors.map(({ code }) => code).sort()).toEqual([
    'COMMAND_CONFLICT',
    'PLUGIN_CORE_VERSION',
    'PLUGIN_DEPENDENCY_MISSING',
    'PLUGIN_DUPLICATE',
  ])
  for (const { message } of error.errors) expect(error.message).toContain(message)
})

test('a factory that is not called is told how to be, by its own name', () => {
  const reminders = factory('reminders')
  expect(refusalOf([reminders])).toMatchObject({
    code: 'PLUGIN_SHAPE',
    message:
      'plugins[0] of createApp() is not a plugin but the factory of "reminders", not called. Put there what definePlugin() made, called: reminders().',
  })
  const dailyNews = factory('daily-news')
  expect(refusalOf([dailyNews])).toMatchObject({ message: expect.stringMatching(/called: dailyNews\(\)\.$/) })
  expect(refusalOf([factory('reader', [dailyNews])()])).toMatchObject({
    message: expect.stringContaining('Add dailyNews() to the plugins'),
  })
})

const command = { description: 'Begin', handle: () => undefined }

function factory(name: string, requires: AnyPluginFactory[] = [], behaviour: Behaviour<any> = {}) {
  return definePlugin(defineContract({ name, requires }), behaviour) as AnyPluginFactory
}

const orderOf = (plugins: readonly unknown[]) =>
  orderPlugins(plugins, '0.1.0').map(({ contract }) => contract.name)

function refusalOf(plugins: readonly unknown[]): unknown {
  try {
    orderPlugins(plugins, '0.1.0')
  } catch (error) {
    return error
  }
  throw new TypeError('The list was not refused.')
}
