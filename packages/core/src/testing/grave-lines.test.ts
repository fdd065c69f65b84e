import { expect, test } from 'vitest'
import { describeGraveLine } from './grave-lines.js'

const line = (fields: object) =>
  `${JSON.stringify({ level: 'error', time: 'now', msg: 'It failed', ...fields })}\n`

test('tells the sentence, its fields, the error and the author’s lines', () => {
  const err = {
    name: 'UnitError',
    code: 'UNIT_CLOSED',
    message: 'Too late\nand more',
    stack: 'UnitError: Too late\nand more\n    at join (node:internal/x:1:1)\n    at add (/bot/notes.ts:3:1)',
    cause: { name: 'TypeError', message: 'no', stack: 'TypeError: no\n    at query (node:internal/y:1:1)' },
  }
  expect(describeGraveLine(line({ err, plugin: 'notes', handler: '/add', updateId: 7 }))).toBe(
    [
      '[bot] error: It failed (plugin notes, handler /add, updateId 7)',
      '[bot]   UnitError UNIT_CLOSED: Too late',
      '[bot]   and more',
      '[bot]     at add (/bot/notes.ts:3:1)',
      '[bot]   caused by:',
      '[bot]   TypeError: no',
      '[bot]     at query (node:internal/y:1:1)',
      '',
    ].join('\n'),
  )
})

test.each([line({ level: 'info' }), line({ level: 'debug' }), 'no JSON', ''])(
  'keeps %j to the log',
  (text) => {
    expect(describeGraveLine(text)).toBeUndefined()
  },
)

test('a warning needs no error', () => {
  expect(describeGraveLine(line({ level: 'warn', msg: 'Slow' }))).toBe('[bot] warn: Slow\n')
})
