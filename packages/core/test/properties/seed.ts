/** How the property tests run: with a seed that a failure prints, and that brings the same run back. */
import type { Parameters } from 'fast-check'

/** For `fc.assert`. `PROPERTY_SEED` brings a run back, `PROPERTY_RUNS` multiplies the number of runs. */
export function runs<T>(numRuns: number): Parameters<T> {
  const { PROPERTY_SEED: seed, PROPERTY_RUNS: factor = '1' } = process.env
  return {
    numRuns: numRuns * Number(factor),
    seed: seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(seed),
    // What shrinking finds is worth its time; a run on a database takes longer than most.
    interruptAfterTimeLimit: 100_000,
    markInterruptAsFailure: true,
  }
}
