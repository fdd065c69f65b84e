/** The matcher of vitest for what bots call. */
import type { MatcherResult, MatcherState } from 'vitest'
import { isJsonObject } from '../bot-api/json-fields.js'
import type { knownMethodNames } from '../bot-api/known-method-names.js'
import { TestingError } from '../errors.js'
import { Bot } from '../world/bot.js'
import type { BotCall } from '../world/call-log.js'
import { describeValue } from './person-matchers.js'

/**
 * Parameters that a call has among others, by name. Objects are compared by the fields that are given; a pattern is
 * looked for in the text; matchers of vitest as `expect.any(Number)` may stand anywhere. Whether the client sent a value
 * as JSON or as a string makes no difference.
 */
export type ExpectedParameters = Readonly<Record<string, unknown>>

/** The name of a method of the Bot API. */
export type MethodName = (typeof knownMethodNames)[number]

const shownCount = 10

/** Looks for a call that was carried out. @throws TestingError MATCHER_MISUSE. */
export function toHaveCalled(
  this: MatcherState,
  received: unknown,
  method: MethodName,
  parameters: ExpectedParameters = {},
): MatcherResult {
  if (!(received instanceof Bot)) {
    throw new TestingError(
      'MATCHER_MISUSE',
      `toHaveCalled is asked of a bot of a world, as in expect(bot).toHaveCalled('sendMessage'); found ${describeValue(received)}.`,
    )
  }
  const pass = received.calls.some(
    (call) =>
      call.method === method &&
      call.refusal === undefined &&
      hasParameters(this, call.parameters, parameters),
  )
  const wanted = Object.keys(parameters).length > 0 ? ` with ${print(this, parameters)}` : ''
  return {
    pass,
    message: () =>
      `@${received.username} has ${this.isNot ? '' : 'not '}called ${method}${wanted}. ${describeCalls(this, received.calls)}`,
  }
}

function hasParameters(
  state: MatcherState,
  given: BotCall['parameters'],
  expected: ExpectedParameters,
): boolean {
  return Object.entries(expected).every(([name, value]) => {
    const found = Object.hasOwn(given, name) ? given[name] : undefined
    return isLike(state, found, value) || isLike(state, parsed(found), value)
  })
}

function isLike({ equals, utils }: MatcherState, given: unknown, expected: unknown): boolean {
  if (expected instanceof RegExp) return typeof given === 'string' && given.search(expected) >= 0
  if (typeof expected === 'string' && typeof given === 'number') return String(given) === expected
  return equals(given, expected, [utils.iterableEquality, utils.subsetEquality])
}

/** Forms carry everything but texts as JSON. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

function describeCalls(state: MatcherState, calls: readonly BotCall[]): string {
  if (calls.length === 0) return 'It has called nothing.'
  const lines = calls.slice(-shownCount).map(({ method, parameters, refusal }) => {
    const shown = Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => {
        const json = parsed(value)
        return [name, isJsonObject(json) || Array.isArray(json) ? json : value]
      }),
    )
    return `  ${method} ${print(state, shown)}${refusal === undefined ? '' : ` – refused: ${refusal}`}`
  })
  const left = calls.length - lines.length
  return `Its calls, oldest first${left > 0 ? ` (${left} before)` : ''}:\n${lines.join('\n')}`
}

function print({ utils }: MatcherState, value: unknown): string {
  return utils.stringify(value, undefined, { min: true })
}
