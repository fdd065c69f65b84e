/** Button data: what is packed is read back as it was, and nothing else is read. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineCallbackData } from './callback-data.js'

const fields = {
  name: z.string(),
  sort: z.enum(['up', 'down']).optional(),
  page: z.number(),
  id: z.bigint().optional(),
  all: z.boolean().default(false),
}

const values = fc.record(
  {
    name: fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.constantFrom('', '~', ':', '~.', '::~~'),
    ),
    sort: fc.constantFrom('up' as const, 'down' as const, undefined),
    page: fc.oneof(fc.maxSafeInteger(), fc.float({ noNaN: true, noDefaultInfinity: true })),
    id: fc.option(fc.bigInt({ min: -(2n ** 31n), max: 2n ** 31n }), { nil: undefined }),
    all: fc.boolean(),
  },
  { requiredKeys: ['name', 'sort', 'page', 'id', 'all'] },
)

test('what is packed is read back as it was', () => {
  const data = defineCallbackData('x', fields)
  fc.assert(
    fc.property(values, (given) => {
      let packed: string
      try {
        packed = data.pack(given)
      } catch (error) {
        expect(error).toMatchObject({ code: 'CALLBACK_DATA_TOO_LONG' })
        return
      }
      expect(Buffer.byteLength(packed)).toBeLessThanOrEqual(64)
      const read = data.read(packed.slice('x:'.length))
      // Telegram's JSON has no −0, and neither has a page.
      const { id, sort, ...rest } = { ...given, page: given.page === 0 ? 0 : given.page }
      expect(read).toEqual({ ...rest, ...(id !== undefined && { id }), ...(sort && { sort }) })
    }),
  )
})

test('no text that anybody makes up throws, and what is read is what would be packed', () => {
  const data = defineCallbackData('x', { page: z.int().min(1), sort: z.enum(['up', 'down']) })
  const tag = data.pack({ page: 1, sort: 'up' }).slice('x:'.length, 'x:'.length + 2)
  const texts = fc.oneof(
    fc.string(),
    fc.string().map((text) => tag + text),
    fc.string({ unit: fc.constantFrom('1', 'z', ':', '~', '=', '-', 'up') }).map((text) => tag + text),
  )
  fc.assert(
    fc.property(texts, (text) => {
      const read = data.read(text)
      if (read !== undefined) expect(data.pack(read)).toBe(`x:${text}`)
    }),
  )
})

test('is short: ids are written in base 36, defaults are read where they stood', () => {
  const data = defineCallbackData('user', { id: z.int(), page: z.int().default(1) })
  expect(data.pack({ id: 5_000_000_000 })).toMatch(/^user:[\w-]{2}2aovcow:1$/)
  expect(data.read(data.pack({ id: 5_000_000_000 }).slice(5))).toEqual({ id: 5_000_000_000, page: 1 })
})

test('a kind without fields is its prefix alone', () => {
  const close = defineCallbackData('close')
  expect(close.button('Close')).toEqual({ text: 'Close', callback_data: 'close' })
  expect(close.read('')).toEqual({})
  expect(close.read('1')).toBeUndefined()
})

test.each([
  ['another name', { pages: z.int(), sort: z.string() }],
  ['another order', { sort: z.string(), page: z.int() }],
  ['another kind of value', { page: z.string(), sort: z.string() }],
  ['a field more', { page: z.int(), sort: z.string(), more: z.int().optional() }],
  ['a field less', { page: z.int() }],
])('data of an earlier version with %s is out of date', (_, earlier) => {
  const now = defineCallbackData('x', { page: z.int(), sort: z.string() })
  const before = defineCallbackData('x', earlier as Record<string, z.ZodType>)
  const sampleOf = (field: z.ZodType) => (field.type === 'string' ? '1' : 1)
  const given = Object.fromEntries(Object.entries(earlier).map(([name, field]) => [name, sampleOf(field)]))
  expect(now.read(before.pack(given).slice(2))).toBeUndefined()
})

test('a value that has gone out of its bounds is out of date', () => {
  const before = defineCallbackData('x', { page: z.int(), sort: z.enum(['name', 'age']) })
  const now = defineCallbackData('x', { page: z.int().max(10), sort: z.enum(['name', 'date']) })
  expect(now.read(before.pack({ page: 11, sort: 'name' }).slice(2))).toBeUndefined()
  expect(now.read(before.pack({ page: 1, sort: 'age' }).slice(2))).toBeUndefined()
  expect(now.read(before.pack({ page: 10, sort: 'name' }).slice(2))).toEqual({ page: 10, sort: 'name' })
})

test('64 bytes are taken, 65 refused, counted in UTF-8', () => {
  const data = defineCallbackData('x', { text: z.string() })
  expect(Buffer.byteLength(data.pack({ text: 'й'.repeat(30) }))).toBe(64)
  expect(() => data.pack({ text: `${'й'.repeat(30)}a` })).toThrow(
    expect.objectContaining({
      code: 'CALLBACK_DATA_TOO_LONG',
      message: expect.stringContaining('takes 65 bytes, and Telegram allows 64'),
    }),
  )
})

test('values that do not fit their fields are refused, each named', () => {
  const data = defineCallbackData('x', { page: z.int().min(1), sort: z.enum(['name']) })
  expect(() => data.button('Next', { page: 0, sort: 'age' as 'name' })).toThrow(
    expect.objectContaining({
      code: 'CALLBACK_DATA_INVALID',
      message: expect.stringMatching(/Callback data "x": .*page: .*; sort: /),
    }),
  )
})

test.each([
  ['A', 'a prefix is 1–32 of', {}],
  ['', 'a prefix is 1–32 of', {}],
  ['a:b', 'a prefix is 1–32 of', {}],
  ['x', 'the field "at" is a zod date', { at: z.date() }],
  ['x', 'the field "list" is a zod array', { list: z.array(z.string()) }],
  ['x', 'the field "kind" is a zod literal', { kind: z.literal([1, 'a']) }],
  ['x', 'the field "long" is a zod pipe', { long: z.string().transform((text) => text.length) }],
  ['x', 'the field "page" is of type string', { page: 'number' as never }],
])('refuses to define %j: %s', (prefix, reason, shape) => {
  expect(() => defineCallbackData(prefix, shape)).toThrow(
    expect.objectContaining({ code: 'CALLBACK_INVALID', message: expect.stringContaining(reason) }),
  )
})
