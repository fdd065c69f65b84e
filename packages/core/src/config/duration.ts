/** Reads durations as people write them: a number and its unit. A bare number is refused, since nobody can tell its unit. */

import { quote, rule } from './rule.js'

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** A duration as it is written in code and variables: a number and its unit, as in `500ms`, `20s`, `10m`, `48h`, `30d`. */
export type Duration = `${number}${keyof typeof unitMs}`

/** The shortest and the longest that a duration may be, as it is written: `{ least: '1s', most: '10m' }`. */
export interface DurationBounds {
  least: string
  most: string
  /** What the value must be a multiple of, where the other side counts in it. @default '1ms' */
  step?: string
}

/** A schema for `20s`, `500ms`, `2m`, `48h`, giving milliseconds. Faults have the code CONFIG_DURATION. */
export function duration({ least, most, step = '1ms' }: DurationBounds) {
  const [leastMs, mostMs, stepMs] = [least, most, step].map((text) => durationMs(text) ?? 0) as [
    number,
    number,
    number,
  ]
  const expected = `${step === '1ms' ? 'a' : `a multiple of ${step}, a`} duration from ${least} to ${most}`
  return rule((text, fail) => {
    const ms = durationMs(text.trim())
    const fault = { code: 'CONFIG_DURATION', got: quote(text), expected } as const
    if (ms === undefined) {
      const fix = 'Write a number and its unit: ms, s, m, h or d, as in 500ms, 20s or 2m.'
      return fail({ ...fault, problem: 'is not a duration', fix })
    }
    if (ms < leastMs || ms > mostMs || ms % stepMs !== 0) {
      return fail({ ...fault, problem: 'is out of its bounds', fix: 'Choose one within them.' })
    }
    return ms
  })
}

/** Milliseconds of a duration, or undefined where the text is none. */
export function durationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text)
  if (match === null) return undefined
  const [, amount, unit] = match
  return Math.round(Number(amount) * unitMs[unit as keyof typeof unitMs])
}
