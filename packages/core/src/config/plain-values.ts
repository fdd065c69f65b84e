/** The rules of variables that hold a word, a flag, a port or a number. */

import { isIP } from 'node:net'
import type { ErrorCode } from '../errors.js'
import { nearestName } from './nearest-name.js'
import { type Fault, quote, rule } from './rule.js'

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

/** A schema of a port to listen on; 0, a free one, is for tests alone and refused elsewhere by who knows where the app runs. Faults have the code CONFIG_PORT. */
export const port = rule((text, fail) => {
  const given = text.trim()
  const number = /^\d{1,5}$/.test(given) ? Number(given) : Number.NaN
  if (number >= 0 && number <= 65_535) return number
  return fail({ ...noPort, got: quote(text) })
})

/** The same, or `off`: no server. */
export const portOrOff = rule((text, fail) => {
  const given = text.trim().toLowerCase()
  if (given === 'off') return 'off' as const
  const { data, success } = port.safeParse(given)
  return success ? data : fail({ ...noPort, got: quote(text), expected: `${noPort.expected}, or off` })
})

/** The fault of what is no port. */
export const noPort = {
  code: 'CONFIG_PORT',
  problem: 'is not a number within its bounds',
  expected: 'a whole number from 1 to 65535',
  fix: 'Choose a free port above 1023.',
} as const satisfies Fault

/** A schema of an address of this machine to listen on. Faults have the code CONFIG_HOST. */
export const host = rule((text, fail) => {
  const given = text.trim().replace(/^\[(.*)\]$/, '$1')
  if (isIP(given) !== 0 || given === 'localhost') return given
  return fail({
    code: 'CONFIG_HOST',
    problem: 'is not an address',
    got: quote(text),
    expected: 'an IPv4 or IPv6 address of this machine, or localhost',
    fix: 'Write 0.0.0.0 for all of IPv4, :: for all of both, 127.0.0.1 for this machine alone.',
  })
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
