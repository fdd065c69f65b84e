/** What of a project `hello dev` takes for its source. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isLeftOut } from './watch-sources.js'

test.each([['hello.config.ts'], [join('src', 'notes.ts')], [join('src', 'page.tsx')], ['old.cjs']])(
  '%s is seen',
  (path) => {
    expect(isLeftOut(path, true)).toBe(false)
  },
)

test.each([
  // What a bot writes while it runs must not start it again.
  ['sessions.json'],
  ['.env'],
  [join('.hello', 'kept.js')],
  [join('node_modules', 'one', 'index.js')],
  [join('packages', 'own', 'dist', 'index.js')],
  [join('src', 'notes.test.ts')],
  ['README.md'],
])('%s is left out', (path) => {
  expect(isLeftOut(path, true)).toBe(true)
})

test('folders are entered, also one whose name looks like a file, but for those that hold no source', () => {
  for (const path of ['', 'src', 'v1.0']) expect(isLeftOut(path, false)).toBe(false)
  for (const path of ['.git', 'node_modules', 'coverage']) expect(isLeftOut(path, false)).toBe(true)
})
