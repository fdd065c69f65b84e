/** Measures subjects by turns, round by round, so that whatever the machine does meets all of them; a round that others disturbed is measured again. */

/** A round in which others used more of the machine than this is repeated. */
export const mostForeignShare = 0.1

/**
 * @template S
 * @param {readonly S[]} subjects each with a `name`
 * @param {{
 *   rounds: number,
 *   measure: (subject: S) => Promise<Record<string, number | undefined>>,
 *   mayRepeat?: () => boolean,
 *   onRound?: (text: string) => void,
 * }} options `mayRepeat` bounds the repetitions; of each round there is one at most
 * @returns {Promise<Map<string, Record<string, number | undefined>[]>>} the figures of each round by the subject's name
 */
export async function measureRounds(subjects, { rounds, measure, mayRepeat = () => true, onRound }) {
  const figures = new Map(subjects.map(({ name }) => [name, []]))
  for (let round = 1; round <= rounds; round++) {
    for (const subject of subjects) {
      const first = await measure(subject)
      const figure = isDisturbed(first) && mayRepeat() ? lessDisturbed(first, await measure(subject)) : first
      figures.get(subject.name).push(figure)
      onRound?.(`round ${round} of ${rounds}: ${subject.name}${isDisturbed(figure) ? ' (disturbed)' : ''}`)
    }
  }
  return figures
}

/** Whether others used too much of the machine. Where nothing is known of it, no. @param {{ foreignShare?: number }} figure */
export const isDisturbed = ({ foreignShare = 0 }) => foreignShare > mostForeignShare

const lessDisturbed = (one, other) => (other.foreignShare < one.foreignShare ? other : one)
