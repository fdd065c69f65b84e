/**
 * Plugins as nobody should define them, in a list for `createApp` or at a start: each is refused with its code, with who
 * is meant, what was found and what to do, and before anything is opened. Every form of every part stands beside the
 * checks: `src/app/order-plugins.test.ts`, `contributions.test.ts`, `command-menus.test.ts`.
 */
import { beforeAll, expect, inject, test } from 'vitest'
import { exitCodeOf } from '../src/cli/exit-codes.js'
import {
  asFunction,
  createApp,
  defineContract,
  definePlugin,
  fromEnvironment,
  type PluginError,
  z,
} from '../src/index.js'
import { Column, DataType, Model, Table } from '../src/models.js'
import { createTestDatabase } from '../src/testing/index.js'

const create = createApp as (definition: unknown) => ReturnType<typeof createApp>
type Made = () => unknown
const make = (contract: object, behaviour: object = {}) =>
  definePlugin(defineContract({ name: 'shop', ...contract } as never), behaviour as never) as unknown as Made
const named = (name: unknown, rest: object = {}, behaviour: object = {}) => make({ name, ...rest }, behaviour)
const users = named('users')
const command = { description: 'Does', handle: () => undefined }

@Table({ tableName: 'orders' })
class Order extends Model {
  @Column(DataType.TEXT) declare title: string
}
@Table({ tableName: 'orders' })
class OtherOrder extends Model {
  @Column(DataType.TEXT) declare title: string
}
@Table
class Nameless extends Model {}

/** [row, what stands in `plugins`, code, message] */
const rows: [string, () => unknown[], string, RegExp][] = [
  ['not an object', () => ['users'], 'PLUGIN_SHAPE', /plugins\[0\] .* a value of type string/],
  ['default export missing', () => [undefined], 'PLUGIN_SHAPE', /plugins\[0\] .*undefined/],
  [
    'double default',
    () => [{ default: users }],
    'PLUGIN_SHAPE',
    /an object with a "default".*take its default/,
  ],
  [
    'a factory that was not called',
    () => [users],
    'PLUGIN_SHAPE',
    /the factory of "users", not called.*users\(\)/,
  ],
  [
    'definePlugin without a contract',
    () => [definePlugin(undefined as never, {})],
    'PLUGIN_SHAPE',
    /given undefined in place of a contract/,
  ],
  [
    'definePlugin without behaviour',
    () => [(definePlugin as unknown as (contract: unknown) => Made)(defineContract({ name: 'shop' }))],
    'PLUGIN_SHAPE',
    /"shop": .*given undefined/,
  ],
  [
    'name missing',
    () => [named(undefined)()],
    'PLUGIN_NAME',
    /"undefined" cannot be the name of a plugin: lower-case words/,
  ],
  ['name of bad characters', () => [named('Hello Shop')()], 'PLUGIN_NAME', /"Hello Shop" cannot/],
  // No path is known of a value that was imported: the places in the list say which two they are.
  [
    'name twice',
    () => [users(), named('users')()],
    'PLUGIN_DUPLICATE',
    /"users": plugins\[0\] and plugins\[1\]/,
  ],
  [
    'unknown part of a contract',
    () => [make({ require: [users] })()],
    'PLUGIN_HOOK',
    /contract of plugin "shop" has a part "require".*Did you mean "requires"/,
  ],
  [
    'dependency missing',
    () => [make({ requires: [users] })()],
    'PLUGIN_DEPENDENCY_MISSING',
    /"shop" requires "users".*\(found: shop\)\. Add users\(\)/,
  ],
  [
    'ring',
    () => [named('a', { requires: [named('b')] })(), named('b', { requires: [named('a')] })()],
    'PLUGIN_CYCLE',
    /a → b → a/,
  ],
  ['itself', () => [named('a', { requires: [named('a')] })()], 'PLUGIN_SELF', /"a" requires itself/],
  // Of a plugin, as of every package, npm checks the range; core has one of its own in the contract.
  [
    'another core',
    () => [make({ core: '>=99' })()],
    'PLUGIN_CORE_VERSION',
    /"shop" works with @hello\/core >=99/,
  ],
  [
    'unknown hook',
    () => [make({}, { onStart: () => undefined })()],
    'PLUGIN_HOOK',
    /"shop" has a part "onStart".*Did you mean "start"/,
  ],
  [
    'hook that is no function',
    () => [make({}, { start: 5 })()],
    'PLUGIN_HOOK',
    /"start" is of type number, but must be a function/,
  ],
  [
    'another’s service',
    () => [
      named('a', { appServices: { clock: class {} } })(),
      named('b', { appServices: { clock: class {} } })(),
    ],
    'SERVICE_CONFLICT',
    /"a" and "b" both have the service "clock"/,
  ],
  [
    'a service of core',
    () => [make({ appServices: { logger: class {} } })()],
    'SERVICE_CONFLICT',
    /"logger", a name that core itself gives/,
  ],
  [
    'command with a slash',
    () => [make({}, { commands: { '/Start': command } })()],
    'COMMAND_INVALID',
    /command "\/Start": a name is 1–32/,
  ],
  [
    'command of 33 characters',
    () => [make({}, { commands: { ['x'.repeat(33)]: command } })()],
    'COMMAND_INVALID',
    /a name is 1–32/,
  ],
  [
    'command in two plugins',
    () => [
      named('a', {}, { commands: { start: command } })(),
      named('b', {}, { commands: { start: command } })(),
    ],
    'COMMAND_CONFLICT',
    /"a" and "b" both have the command "\/start"/,
  ],
  [
    'model without a table',
    () => [make({ models: [Nameless] })()],
    'MODEL_INVALID',
    /models\[0\] \(Nameless\) does not name its table/,
  ],
  [
    'no model',
    () => [make({ models: [class Plain {}] })()],
    'MODEL_INVALID',
    /models\[0\] is Plain, not a model/,
  ],
  [
    'table of two plugins',
    () => [named('a', { models: [Order] })(), named('b', { models: [OtherOrder] })()],
    'MODEL_CONFLICT',
    /both have the table "orders"/,
  ],
  [
    'options that are no schema',
    () => [make({ options: { limit: 3 } })()],
    'PLUGIN_SCHEMA',
    /not a schema of zod/,
  ],
]

test.each(rows)('%s: refused with exit code 78', (_, plugins, code, text) => {
  const error = refusalOf(() => create({ plugins: plugins() }))
  expect(error).toMatchObject({ code, message: expect.stringMatching(text) })
  expect(exitCodeOf(error)).toBe(78)
})

test('everything is said at once', () => {
  const error = refusalOf(() =>
    create({
      plugins: [make({ requires: [users] }, { onStop: () => undefined, commands: { Start: command } })()],
    }),
  ) as unknown as AggregateError
  expect(error.errors.map(({ code }) => code)).toEqual([
    'PLUGIN_DEPENDENCY_MISSING',
    'PLUGIN_HOOK',
    'COMMAND_INVALID',
  ])
  for (const { message } of error.errors) expect(error.message).toContain(message)
})

test('an unknown part of createApp is refused, with the nearest', () => {
  expect(refusalOf(() => create({ plugins: [], onEror: () => undefined }))).toMatchObject({
    code: 'APP_SHAPE',
    message: expect.stringMatching(/does not know "onEror". Did you mean "onError"/),
  })
})

test('a table of any name is taken, and a model without a key of its own: Sequelize gives it "id"', () => {
  // Tables that an existing bot brings have names of their own; what two plugins claim is refused.
  expect(() => create({ plugins: [named('post', { models: [Order] })()] })).not.toThrow()
})

let env: Record<string, string>
beforeAll(async () => {
  const database = await createTestDatabase({ serverUrl: inject('postgresUrl') })
  env = {
    ENVIRONMENT: 'test',
    LOG_LEVEL: 'silent',
    BOT_TOKEN: `7000000001:${'A'.repeat(35)}`,
    DATABASE_URL: database.url,
    // Nobody listens there: what is refused before the bot is introduced never gets that far.
    TELEGRAM_API_ROOT: 'http://127.0.0.1:1',
  }
  return () => database.drop()
})

// There is no phase in which services are registered: a contract lists them. What can be asynchronous is how one is built.
test.each<[string, object, RegExp]>([
  [
    'is asynchronous',
    { shelf: asFunction(async () => ({})) },
    /"shop": its app service "shelf" is a promise.*"start"/,
  ],
  [
    'asks for one that there is not',
    { shelf: asFunction(({ books }: { books: unknown }) => books) },
    /"shelf" could not be built: .*books.*/s,
  ],
  [
    'throws',
    {
      shelf: asFunction(() => {
        throw new Error('no wood')
      }),
    },
    /"shelf" could not be built: no wood/,
  ],
])('a service that %s ends the start: SERVICE_FAILED', async (_, appServices, text) => {
  const starting = create({ plugins: [make({ appServices })()] }).start({ env })
  await expect(starting).rejects.toMatchObject({
    code: 'SERVICE_FAILED',
    message: expect.stringMatching(text),
  })
})

// A start or stop that fails or hangs is PLUGIN_START_FAILED and PLUGIN_STOP_FAILED, with plugin, phase and cause, and the
// others stopped in reverse: `lifecycle.test.ts`; with exit code 1: `cli-run.test.ts`. What happens to units of work that
// are closed, missing or send too early: `src/database/unit-*.test.ts`, `updates.test.ts`.

test.each([
  ['apiToken', z.string().default('x'), 1],
  ['password', fromEnvironment('SHOP_LOGIN', z.string().default('x')), 1],
  ['login', fromEnvironment('SHOP_SECRET', z.string().default('x')), 1],
  ['apiToken', z.string().default('x').meta({ secret: true }), 0],
  ['apiToken', fromEnvironment('SHOP_TOKEN', z.string().default('x'), { secret: true }), 0],
  ['publicKeyOrToken', z.string().default('x').meta({ secret: false }), 0],
  ['tokenLimit', z.number().default(1), 0],
  ['keyboard', z.string().default('x'), 0],
])('an option "%s" that is named like a secret and not marked is warned about: %#', (key, field, count) => {
  const options = z.object({ [key]: field })
  const given = { [key]: field instanceof z.ZodDefault ? undefined : 'given-value' }
  const plugin = make({ options }) as (given: object) => unknown
  const warnings = create({
    plugins: [plugin(key === 'tokenLimit' ? { tokenLimit: 2 } : { ...given, [key]: 'given-value' })],
  }).checkConfig({ env })
  expect(warnings).toHaveLength(count)
  if (count > 0) expect(warnings[0]).toMatch(`Plugin "shop", option "${key}" is named like a secret`)
  expect(warnings.join()).not.toContain('given-value')
})

function refusalOf(work: () => unknown): PluginError {
  try {
    work()
  } catch (error) {
    return error as PluginError
  }
  return expect.fail('It was taken')
}
