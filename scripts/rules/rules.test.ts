/** The rules about imports and sources see what they forbid, and nothing else. */
import { expect, test } from 'vitest'
import { checkImports } from './import-floors.mjs'
import { checkSources } from './source-rules.mjs'

const file = (path: string, ...lines: string[]) => ({ path, text: ['/** A file. */', ...lines].join('\n') })
const empty = (path: string) => file(path)

test.each([
  ['packages/core/src/app/app.ts', `import { plan } from '../migrations/plan.js'`],
  ['packages/core/src/app/app.ts', `import { order } from './order.js'`],
  ['packages/core/src/index.ts', `export { startTestBot } from './testing/index.js'`],
  ['packages/core/src/testing/index.ts', `import { startTelegram } from '@hello/testing'`],
  ['packages/core/src/cli/dev.ts', `const testing = await import('@hello/testing')`],
  ['packages/plugin-users/src/users.ts', `import { definePlugin } from '@hello/core'`],
  ['packages/core/src/errors.test.ts', `import { createApp } from './app/app.js'`],
  ['packages/core/src/errors.test.ts', `import { createApp } from './index.js'`],
  ['packages/core/src/config/read.fixture.ts', `import { createApp } from '../app/app.js'`],
])('%s may say: %s', (path, line) => {
  expect(checkImports([...ofCore, file(path, line)])).toEqual([])
})

test.each([
  ['packages/core/src/config/read.ts', `import { createApp } from '../app/app.js'`, 'is above config'],
  ['packages/core/src/config/read.ts', `import type { App } from '../app/app.js'`, 'is above config'],
  ['packages/core/src/config/read.ts', `type App = import('../app/app.js').App`, 'is above config'],
  ['packages/core/src/config/read.ts', `export * from '../app/app.js'`, 'is above config'],
  ['packages/core/src/app/run.ts', `import { createApp } from '../index.js'`, 'an index of its own package'],
  ['packages/core/src/app/run.ts', `import { createApp } from '@hello/core'`, 'its own package'],
  ['packages/core/src/app/run.ts', `import { users } from '@hello/plugin-users'`, 'not lower'],
  ['packages/testing/src/world.ts', `import { createApp } from '@hello/core'`, 'not lower'],
  ['packages/plugin-users/src/users.ts', `import { track } from '@hello/plugin-analytics'`, 'not lower'],
  [
    'packages/plugin-users/src/users.ts',
    `import { app } from '../../core/src/app/app.js'`,
    'another package',
  ],
  ['packages/core/src/app/run.ts', `import { startTelegram } from '@hello/testing'`, 'production install'],
  ['packages/core/src/nowhere/file.ts', '', 'has no place'],
])('%s may not say: %s', (path, line, complaint) => {
  expect(checkImports([...ofCore, file(path, line)])).toEqual([expect.stringContaining(complaint)])
})

test('sees a ring of imports, and names its files in order', () => {
  const ring = [
    file('packages/core/src/app/a.ts', `import './b.js'`),
    file('packages/core/src/app/b.ts', `import './c.js'`),
    file('packages/core/src/app/c.ts', `import './a.js'`),
  ]
  expect(checkImports(ring)).toEqual([
    'ring: packages/core/src/app/a.ts → packages/core/src/app/b.ts → packages/core/src/app/c.ts → packages/core/src/app/a.ts',
  ])
})

test.each([
  ['a bare Error', `throw new Error('no')`, 'bare Error'],
  ['the environment', `const url = process.env.DATABASE_URL`, 'process.env'],
  ['an exit', `process.exit(1)`, 'process.exit'],
  ['a signal', `process.once('SIGINT', stop)`, 'process.once'],
  ['the console', `console.log('hello')`, 'console.log'],
])('sees %s in a source file, but not in the command line or a test', (_, line, complaint) => {
  expect(checkSources([file('packages/core/src/app/app.ts', line)])).toEqual([
    expect.stringContaining(complaint),
  ])
  expect(checkSources([file('packages/core/src/app/app.test.ts', line)])).toEqual([])
  if (complaint === 'bare Error') return
  expect(checkSources([file('packages/core/src/cli/main.ts', line)])).toEqual([])
})

test('lets one file of core read the environment, and nothing else of the process', () => {
  const lines = ['export const all = process.env', 'process.exit(1)']
  expect(checkSources([file('packages/core/src/config/environment.ts', ...lines)])).toEqual([
    expect.stringContaining('process.exit'),
  ])
})

test('leaves words in strings and comments, and harmless parts of process, alone', () => {
  const lines = [
    `// process.exit(1), console.log`,
    `const text = 'throw new Error(process.env)'`,
    'process.kill(1, 0)',
  ]
  expect(checkSources([file('packages/core/src/app/app.ts', ...lines)])).toEqual([])
})

test('wants a purpose at the top of a file and a name that says something', () => {
  const complaints = checkSources([
    { path: 'packages/core/src/app/app.ts', text: 'export {}' },
    empty('packages/core/src/app/utils.ts'),
    { path: 'packages/core/src/cli/main.ts', text: '#!/usr/bin/env node\n/** The command line. */\n' },
  ])
  expect(complaints).toEqual([expect.stringContaining('open with'), expect.stringContaining('utils.ts')])
})

const ofCore = [
  empty('packages/core/src/app/app.ts'),
  empty('packages/core/src/app/order.ts'),
  empty('packages/core/src/migrations/plan.ts'),
  empty('packages/core/src/index.ts'),
  empty('packages/core/src/testing/index.ts'),
]
