import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wellFormed, withoutNul } from './json-text.js'

const nul = '\u0000'

test('takes NUL out of strings and keys, however many stand together', () => {
  const value = { [`k${nul}ey`]: [`${nul}${nul}a${nul}b`, { deep: nul }] }
  expect(JSON.parse(withoutNul(JSON.stringify(value)))).toEqual({ key: ['ab', { deep: '' }] })
})

test('leaves what only looks like a NUL', () => {
  for (const text of ['\\u0000', '\\\\u0000', 'C:\\u0000\\u0001', '\\', '"\\u0000"']) {
    const json = JSON.stringify({ text })
    expect(withoutNul(json)).toBe(json)
    expect(JSON.parse(withoutNul(JSON.stringify({ text: `\\${nul}${text}` })))).toEqual({ text: `\\${text}` })
  }
})

test('takes out exactly the characters NUL of any JSON value', () => {
  // Made of the characters that can confuse it, and anything else now and then.
  const text = fc.string({ unit: fc.constantFrom(nul, '\\', 'u', '0', '"', '\n', 'я', '\ud83d', '\u0001') })
  fc.assert(
    fc.property(fc.dictionary(text, fc.oneof(text, fc.array(text))), (value) => {
      const cleaned = JSON.parse(JSON.stringify(value), (_, part) => withoutNulIn(part))
      expect(JSON.parse(withoutNul(JSON.stringify(value)))).toEqual(cleaned)
    }),
  )
})

test('puts U+FFFD in place of half an emoji and leaves whole ones', () => {
  const value = { text: 'Анна 👋'.slice(0, 6), whole: '👋', nul, escaped: '\\ud83d' }
  expect(JSON.parse(wellFormed(JSON.stringify(value)))).toEqual({
    text: 'Анна \ufffd',
    whole: '👋',
    nul: '',
    escaped: '\\ud83d',
  })
})

function withoutNulIn(part: unknown): unknown {
  if (typeof part === 'string') return part.replaceAll(nul, '')
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return part
  return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key.replaceAll(nul, ''), inner]))
}
