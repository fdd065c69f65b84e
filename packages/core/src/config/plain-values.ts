/** The rules of variables that hold a word, a flag, a port or a number. */

import type { ErrorCode } from '../errors.js'
import { nearestName } from './nearest-name.js'
import { quote, rule } from './rule.js'

/** A schema of one of some words, compared without case. Faults have the code CONFIG_VALUE. */
export function oneOf<const Word extends string>(words: readonly Word[]) {
  return rule((text, fail) => {
    const given = text.trim().toLowerCase()
    const word = words.find((candidate) => candidate === given)
    if (word !== undefined) return word
    const near = nearestName(given, words)
    return fail({
      code: 'CONFIG_VALUE',
      problem: 'is not one of its values',
      got: quote(text),
      expected: words.join(', '),
      fix: near === undefined ? 'Choose one of these.' : `Did you mean ${near}?`,
    })
  })
}

/** A schema of true, 1, yes, on and their opposites. Faults have the code CONFIG_VALUE. */
export const flag = rule((text, fail) => {
  const isOn = flagOf(text)
  if (isOn !== undefined) return isOn
  return fail({
    code: 'CONFIG_VALUE',
    problem: 'is neither true nor false',
    got: quote(text),
    expected: 'true or false',
    fix: 'If another library reads DEBUG too, unset it for the bot.',
  })
})

/** Whether a text says yes or no; undefined where it says neither. */
export function flagOf(text: string): boolean | undefined {
  const given = text.trim().toLowerCase()
  if (['true', '1', 'yes', 'on'].includes(given)) return true
  if (['false', '0', 'no', 'off'].includes(given)) return false
  return undefined
}

/** A schema of a port to listen on. Faults have the code CONFIG_PORT. */
export const port = wholeNumber({
  code: 'CONFIG_PORT',
  least: 1,
  most: 65_535,
  fix: 'Choose a free port above 1023.',
})

/** A schema of a whole number within bounds, both included, written in digits alone. */
export function wholeNumber({
  code,
  least,
  most,
  fix,
}: {
  code: ErrorCode
  least: number
  most: number
  fix: string
}) {
  return rule((text, fail) => {
    const given = text.trim()
    const number = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN
    if (number >= least && number <= most) return number
    const expected = `a whole number from ${least} to ${most}`
    return fail({ code, problem: 'is not a number within its bounds', got: quote(text), expected, fix })
  })
}
