import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { authorFrames } from './author-frames.js'

const core = (path: string) => new URL(path, import.meta.url)

test('keeps the lines of an author, in the forms that Node and a loader write', () => {
  const lines = [
    '    at Notes.add (/bot/src/notes.ts:12:5)',
    '    at async file:///bot/src/my%20notes.ts:3:1',
    '    at add (C:\\bot\\src\\notes.ts:12:5)',
  ]
  expect(authorFrames(['Error: no at all (a:1:1)', ...lines].join('\n'))).toEqual(lines)
})

test.each([
  `    at join (${core('./database/unit.ts')}:100:5)`,
  `    at join (${fileURLToPath(core('./database/unit.ts'))}:100:5)`,
  `    at join (${core('../dist/chunk-A.js')}:100:5)`,
  '    at query (/bot/node_modules/sequelize/lib/sequelize.js:1:1)',
  '    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)',
  '    at new Promise (<anonymous>)',
  '    at async Promise.all (index 0)',
])('leaves out %s', (line) => {
  expect(authorFrames(`Error: no\n${line}`)).toEqual([])
})

test('of no stack there are none', () => {
  expect(authorFrames(undefined)).toEqual([])
})
