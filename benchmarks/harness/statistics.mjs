/** Medians, spreads, percentiles and ratios. Pure. */

/** The middle one; of an even count the lower of the two in the middle. `undefined` of none. @param {readonly number[]} numbers */
export const median = (numbers) => quantile(numbers, 0.5)

/** The smallest number that at least this share of all does not exceed (nearest rank). `undefined` of none. @param {readonly number[]} numbers @param {number} share from 0 to 1 */
export function quantile(numbers, share) {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
}

/** How far apart the least and the most are, as a share of the median. @param {readonly number[]} numbers */
export function spread(numbers) {
  if (numbers.length === 0) return undefined
  return (Math.max(...numbers) - Math.min(...numbers)) / median(numbers)
}

/** The median of each figure over all rounds; of one that was not always measured, over those where it was. @param {readonly Record<string, number | undefined>[]} rounds */
export function mediansOf(rounds) {
  return perFigure(rounds, median)
}

/** The spread of each figure over all rounds. @param {readonly Record<string, number | undefined>[]} rounds */
export function spreadsOf(rounds) {
  return perFigure(rounds, spread)
}

/** `undefined` where one of the two was not measured. @param {number | undefined} ours @param {number | undefined} theirs */
export function ratio(ours, theirs) {
  return ours === undefined || theirs === undefined ? undefined : ours / theirs
}

function perFigure(rounds, summarize) {
  const names = [...new Set(rounds.flatMap((round) => Object.keys(round)))]
  return Object.fromEntries(
    names.map((name) => [
      name,
      summarize(rounds.map((round) => round[name]).filter((figure) => figure !== undefined)),
    ]),
  )
}
