import { expect, test } from 'vitest'
import { type Evidence, judge } from './judge.js'

const update = (seq: number, chat = 1) => ({ updateId: 100 * chat + seq, chat, seq })
const answers = (ofFirst: number[], ofSecond = [1]) =>
  new Map([
    [1, ofFirst],
    [2, ofSecond],
  ])
const clean: Evidence = {
  issued: [update(1), update(2), update(1, 2)],
  effects: [update(1), update(1, 2), update(2)],
  halves: [101, 102, 201],
  failed: [],
  replies: answers([1, 2]),
}
const nothing = {
  lost: 0,
  doubled: 0,
  half: 0,
  misordered: 0,
  ghosts: 0,
  unsent: 0,
  sentOutOfOrder: 0,
  sentTwice: 0,
}

test('finds nothing where every update left its effect once, whole and in order', () => {
  expect(judge(clean)).toEqual(nothing)
})

test.for<[string, Partial<Evidence>, Partial<typeof nothing>]>([
  ['an update without an effect is lost', { issued: [...clean.issued, update(3)] }, { lost: 1 }],
  ['one that is recorded as failed is not', { issued: [...clean.issued, update(3)], failed: [103] }, {}],
  [
    'a second effect is one too many, even where it is whole',
    {
      effects: [...clean.effects, update(3), update(3)],
      halves: [...clean.halves, 103, 103],
      replies: answers([1, 2, 3]),
    },
    { doubled: 1 },
  ],
  ['the second half may be missing', { halves: [101, 201] }, { half: 1 }],
  ['the first half may be missing', { effects: [update(1), update(2)] }, { lost: 1, half: 1, ghosts: 1 }],
  [
    'two updates of a chat may change places',
    { effects: [update(2), update(1), update(1, 2)] },
    { misordered: 1 },
  ],
  ['people may be told of what is not there', { replies: answers([1, 2, 3]) }, { ghosts: 1 }],
  ['people may never be told', { replies: answers([1, 2], []) }, { unsent: 1 }],
  ['people may be told twice', { replies: answers([1, 2, 1]) }, { sentTwice: 1 }],
  ['answers may change places', { replies: answers([2, 1]) }, { sentOutOfOrder: 1 }],
])('%s', ([, change, found]) => {
  expect(judge({ ...clean, ...change })).toEqual({ ...nothing, ...found })
})
