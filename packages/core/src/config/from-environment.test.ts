import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { ConfigError } from '../errors.js'
import { fromEnvironment, resolveOptions } from './from-environment.js'
import { nearestName } from './nearest-name.js'
import { environmentFields } from './option-fields.js'

const schema = z.object({
  apiKey: fromEnvironment('FEED_API_KEY', z.string().min(8).describe('The key of the feed.'), {
    secret: true,
  }),
  limit: fromEnvironment('FEED_LIMIT', z.int().min(1).default(10)),
  isLoud: fromEnvironment('FEED_LOUD', z.boolean().optional()),
  title: z.string().default('Feed'),
})

const folder = mkdtempSync(join(tmpdir(), 'hello-options-'))
afterAll(() => rmSync(folder, { recursive: true }))

function faultsOf(of: z.ZodType, given: unknown, env: Record<string, string> = {}): string[] {
  try {
    resolveOptions('feed', of, given, env)
  } catch (error) {
    const errors = error instanceof AggregateError ? error.errors : [error]
    return errors.map((fault) => {
      expect(fault).toBeInstanceOf(ConfigError)
      return `${fault.code}: ${fault.message}`
    })
  }
  return []
}

test('takes the option, else the variable, else the default', () => {
  const env = { FEED_API_KEY: 'from-the-environment', FEED_LIMIT: '20', FEED_LOUD: 'yes' }
  expect(resolveOptions('feed', schema, { apiKey: 'from-options', limit: 3 }, env)).toEqual({
    options: { apiKey: 'from-options', limit: 3, isLoud: true, title: 'Feed' },
    secrets: ['from-options'],
    warnings: [],
  })
  expect(resolveOptions('feed', schema, undefined, env)).toEqual({
    options: { apiKey: 'from-the-environment', limit: 20, isLoud: true, title: 'Feed' },
    secrets: ['from-the-environment'],
    warnings: [],
  })
  expect(resolveOptions('feed', schema, { apiKey: 'from-options' }, {}).options).toEqual({
    apiKey: 'from-options',
    limit: 10,
    title: 'Feed',
  })
})

test('does not change what it was given', () => {
  const given = Object.freeze({ title: 'x' })
  resolveOptions('feed', schema, given, { FEED_API_KEY: 'from-the-environment' })
  expect(given).toEqual({ title: 'x' })
})

test('reads a file, and warns where others may read a secret', () => {
  const path = join(folder, 'key')
  writeFileSync(path, 'from-the-file\n', { mode: 0o644 })
  const { options, secrets, warnings } = resolveOptions('feed', schema, {}, { FEED_API_KEY_FILE: path })
  expect(options.apiKey).toBe('from-the-file')
  expect(secrets).toEqual(['from-the-file'])
  if (process.platform !== 'win32') expect(warnings).toEqual([expect.stringContaining('FEED_API_KEY_FILE')])
})

test('says all faults at once: plugin, path, expected, got and the variable', () => {
  expect(faultsOf(schema, { limit: 'many', title: 5, titel: 'x', unlike: 1 })).toEqual([
    'CONFIG_UNKNOWN_KEY: Plugin "feed" has no option "titel": expected apiKey, limit, isLoud, title. Did you mean "title"?',
    'CONFIG_UNKNOWN_KEY: Plugin "feed" has no option "unlike": expected apiKey, limit, isLoud, title. Remove it.',
    'CONFIG_OPTIONS: Plugin "feed", option "apiKey": Invalid input: expected string, received undefined, got undefined. Give it in the options of the plugin, or set FEED_API_KEY or FEED_API_KEY_FILE.',
    'CONFIG_OPTIONS: Plugin "feed", option "limit": Invalid input: expected number, received string, got "many". Give it in the options of the plugin, or set FEED_LIMIT or FEED_LIMIT_FILE.',
    'CONFIG_OPTIONS: Plugin "feed", option "title": Invalid input: expected string, received number, got "5". Give it in the options of the plugin.',
  ])
})

test('shows of a wrong secret only its type, also where the message of its author quotes it', () => {
  const strict = z.object({
    key: fromEnvironment(
      'KEY',
      z.string().refine(() => false, { error: (issue) => `bad key ${issue.input}` }),
      { secret: true },
    ),
    inner: z.object({ plain: z.string().max(3) }).meta({ secret: true }),
  })
  const faults = faultsOf(strict, { inner: { plain: 'hunter2' } }, { KEY: 'hunter2' })
  expect(faults).toHaveLength(2)
  expect(faults[0]).toContain('bad key [secret], got string')
  expect(faults.join('')).not.toContain('hunter2')
})

test('says once what is wrong with a variable', () => {
  expect(faultsOf(schema, {}, { FEED_API_KEY: 'x', FEED_API_KEY_FILE: 'y' })).toEqual([
    expect.stringMatching(/^CONFIG_SECRET_CONFLICT/),
  ])
  expect(faultsOf(schema, {}, { FEED_API_KEY_FILE: join(folder, 'absent') })).toEqual([
    expect.stringMatching(/^CONFIG_SECRET_FILE/),
  ])
})

test('does not take for given what is not an object', () => {
  for (const given of [null, [], 'x', 5])
    expect(faultsOf(schema, given)).toEqual([expect.stringMatching(/^CONFIG_OPTIONS.*, options: /)])
})

test('null is given, and wrong', () => {
  expect(faultsOf(schema, { apiKey: null }, { FEED_API_KEY: 'from-the-environment' })).toEqual([
    expect.stringMatching(/^CONFIG_OPTIONS.*expected string, received null, got null/),
  ])
})

test('fills objects in objects, and leaves away one that nothing fills', () => {
  const nested = z.object({
    db: z.object({ url: fromEnvironment('DB', z.string(), { secret: true }) }).optional(),
    free: z.looseObject({}).optional(),
  })
  expect(resolveOptions('feed', nested, {}, { DB: 'there' })).toMatchObject({
    options: { db: { url: 'there' } },
    secrets: ['there'],
  })
  expect(resolveOptions('feed', nested, { free: { any: 1 } }, {}).options).toEqual({ free: { any: 1 } })
  expect(faultsOf(nested, { db: { ulr: 'x' } }, { DB: 'x' })).toEqual([
    expect.stringMatching(/^CONFIG_UNKNOWN_KEY.*"db.ulr".*Did you mean "url"/),
  ])
})

test('an own __proto__ is an unknown option and changes no prototype', () => {
  const given = JSON.parse('{"__proto__": {"title": "x"}, "apiKey": "from-options"}')
  expect(faultsOf(schema, given)).toEqual([expect.stringMatching(/^CONFIG_UNKNOWN_KEY.*__proto__/)])
  expect(({} as Record<string, unknown>).title).toBeUndefined()
})

test('lets a schema with a transform see the value once', () => {
  const lengths = z.object({
    size: fromEnvironment(
      'WORD',
      z.string().transform((text) => text.length),
    ),
  })
  expect(resolveOptions('feed', lengths, {}, { WORD: 'four' }).options).toEqual({ size: 4 })
})

test('takes a plugin without options, and a schema that is no object', () => {
  expect(resolveOptions('feed', z.object({}), undefined, {}).options).toEqual({})
  expect(resolveOptions('feed', z.string().optional(), undefined, {}).options).toBeUndefined()
})

test('lists the variables of a schema for its documentation', () => {
  expect(environmentFields(schema)).toEqual([
    { name: 'FEED_API_KEY', description: 'The key of the feed.', secret: true, needed: true },
    { name: 'FEED_LIMIT', description: 'The option limit.', default: '10', secret: false },
    { name: 'FEED_LOUD', description: 'The option isLoud.', secret: false },
  ])
})

test('names what was probably meant', () => {
  expect(nearestName('ownerIds', ['ownerId', 'owner', 'admins'])).toBe('ownerId')
  expect(nearestName('xyz', ['ownerId', 'owner'])).toBeUndefined()
})

test('its input may be left out, its output may not', () => {
  expectTypeOf<z.input<typeof schema>>().toEqualTypeOf<{
    apiKey?: string | undefined
    limit?: number | undefined
    isLoud?: boolean | undefined
    title?: string | undefined
  }>()
  expectTypeOf<z.output<typeof schema>>().toEqualTypeOf<{
    apiKey: string
    limit: number
    isLoud?: boolean | undefined
    title: string
  }>()
  const resolve = () => resolveOptions('feed', schema, {}, {})
  expectTypeOf(resolve).returns.toHaveProperty('options').toEqualTypeOf<z.output<typeof schema>>()
})
