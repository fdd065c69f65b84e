/** The order of rounds, and what becomes of those that others disturbed. */
import { expect, test } from 'vitest'
import { measureRounds } from './rounds.mjs'

const subjects = [{ name: 'ours' }, { name: 'theirs' }]

test('everybody has a turn in each round', async () => {
  const turns: string[] = []
  const figures = await measureRounds(subjects, {
    rounds: 2,
    measure: async ({ name }) => {
      turns.push(name)
      return { cost: turns.length }
    },
  })
  expect(turns).toEqual(['ours', 'theirs', 'ours', 'theirs'])
  expect(figures.get('ours')).toEqual([{ cost: 1 }, { cost: 3 }])
})

/** Gives the figures of a list, one for each measurement. */
const given = (figures: { foreignShare: number }[]) => async () => figures.shift() as { foreignShare: number }
const alone = [{ name: 'ours' }]

test('a disturbed round is measured again', async () => {
  const measure = given([{ foreignShare: 0.4 }, { foreignShare: 0.02 }])
  const figures = await measureRounds(alone, { rounds: 1, measure })
  expect(figures.get('ours')).toEqual([{ foreignShare: 0.02 }])
})

test('where both are disturbed, the quieter one counts, and no third is made', async () => {
  const left = [{ foreignShare: 0.3 }, { foreignShare: 0.5 }, { foreignShare: 0 }]
  const figures = await measureRounds(alone, { rounds: 1, measure: given(left) })
  expect(figures.get('ours')).toEqual([{ foreignShare: 0.3 }])
  expect(left).toHaveLength(1)
})

test('a tenth is no disturbance', async () => {
  const left = [{ foreignShare: 0.1 }, { foreignShare: 0 }]
  await measureRounds(alone, { rounds: 1, measure: given(left) })
  expect(left).toHaveLength(1)
})

test('nothing is repeated when there is no time left', async () => {
  const told: string[] = []
  const figures = await measureRounds(alone, {
    rounds: 1,
    measure: given([{ foreignShare: 0.9 }]),
    mayRepeat: () => false,
    onRound: (text: string) => told.push(text),
  })
  expect(figures.get('ours')).toEqual([{ foreignShare: 0.9 }])
  expect(told).toEqual(['round 1 of 1: ours (disturbed)'])
})

test('where nothing is known of others, nothing is disturbed', async () => {
  const measure = given([{ foreignShare: undefined as unknown as number }])
  const figures = await measureRounds(alone, { rounds: 1, measure })
  expect(figures.get('ours')).toHaveLength(1)
})
