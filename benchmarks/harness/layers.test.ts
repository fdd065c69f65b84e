/** Which part of the work a piece of a profile belongs to. */
import { expect, test } from 'vitest'
import { sharesOf } from './layers.mjs'
import { stacksOf } from './profiler.mjs'

const frame = (url: string, name = 'run') => ({ name, url, line: 0, column: 0 })
const core = (path: string) => frame(`file:///repo/packages/core/src/${path}`)
const root = frame('', '(root)')
const urlOf = ({ url }: { url: string }) => url

test('time belongs to the innermost function that is known, and Node works for whoever called it', () => {
  const stacks = [
    { micros: 30, frames: [frame('node:net'), core('updates/inbox.ts'), core('http/webhook.ts'), root] },
    { micros: 10, frames: [frame(''), core('http/webhook.ts'), root] },
    {
      micros: 40,
      frames: [frame('file:///repo/node_modules/pg/lib/client.js'), core('database/unit.ts'), root],
    },
    { micros: 15, frames: [frame('node:_http_server'), root] },
    {
      micros: 5,
      frames: [frame('wasm://wasm/1'), frame('file:///repo/node_modules/undici/lib/parser.js'), root],
    },
  ]
  const shares = sharesOf({ cpuMicros: 100, stacks }, urlOf)
  expect(Object.fromEntries(shares)).toEqual({
    inbox: 0.3,
    'receiving the webhook': 0.1,
    'PostgreSQL driver': 0.4,
    'calls to the Bot API': 0.05,
    'Node: HTTP': 0.15,
    'other threads': 0,
  })
})

test('the shares make one, with what other threads did and without idling', () => {
  const stacks = [
    { micros: 60, frames: [core('updates/lanes.ts'), root] },
    { micros: 15, frames: [frame('', '(garbage collector)'), root] },
    { micros: 5, frames: [frame('', '(program)'), root] },
    { micros: 900, frames: [frame('', '(idle)'), root] },
  ]
  const shares = sharesOf({ cpuMicros: 100, stacks }, urlOf)
  expect([...shares.values()].reduce((sum, share) => sum + share, 0)).toBeCloseTo(1)
  expect(shares.get('other threads')).toBeCloseTo(0.2)
  expect(shares.get('lanes and engine')).toBeCloseTo(0.6)
})

test('a sample lasts until the next one', () => {
  const callFrame = (functionName: string) => ({
    functionName,
    url: '',
    lineNumber: 1,
    columnNumber: 2,
    scriptId: '0',
  })
  const profile = {
    nodes: [
      { id: 1, callFrame: callFrame('(root)'), children: [2] },
      { id: 2, callFrame: callFrame('outer'), children: [3] },
      { id: 3, callFrame: callFrame('inner') },
    ],
    startTime: 0,
    endTime: 0,
    samples: [3, 2, 3, 3],
    timeDeltas: [5, 100, 20, 40],
  }
  const stacks = stacksOf(profile).map(({ micros, frames }) => [micros, frames.map(({ name }) => name)])
  expect(stacks).toEqual([
    [140, ['inner', 'outer', '(root)']],
    [20, ['outer', '(root)']],
  ])
})
