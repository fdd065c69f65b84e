/** The matchers of vitest for people. Every failure shows the conversation. */
import type { MatcherResult, MatcherState } from 'vitest'
import { TestingError } from '../errors.js'
import { Person, type WaitOptions } from '../world/person.js'
import type { Place } from '../world/places.js'

/** What a matcher that waits comes to. */
type Outcome = Awaited<MatcherResult>

/** Waits for a message. @throws TestingError MATCHER_MISUSE. */
export async function toSee(
  this: MatcherState,
  received: unknown,
  expected: string | RegExp,
  options?: WaitOptions,
): Promise<Outcome> {
  const person = checkPerson(received, 'toSee')
  if (this.isNot) {
    throw new TestingError(
      'MATCHER_MISUSE',
      'not.toSee would wait for what does not come. Wait for what does, then say not.toHaveSeen.',
    )
  }
  return outcomeOf(person.sees(expected, options))
}

/** Looks for a message now. @throws TestingError MATCHER_MISUSE. */
export function toHaveSeen(
  this: MatcherState,
  received: unknown,
  expected: string | RegExp,
  options?: Place,
): MatcherResult {
  const person = checkPerson(received, 'toHaveSeen')
  const wanted = typeof expected === 'string' ? `"${expected}"` : String(expected)
  const verb = this.isNot ? 'has seen' : 'has not seen'
  return {
    pass: person.hasSeen(expected, options),
    message: () =>
      `${person.name} ${verb} ${wanted}. The conversation:\n${person.describesConversation(options)}`,
  }
}

/** Waits for a button, or for its end. @throws TestingError MATCHER_MISUSE. */
export async function toSeeButton(
  this: MatcherState,
  received: unknown,
  text: string,
  options?: WaitOptions,
): Promise<Outcome> {
  const person = checkPerson(received, 'toSeeButton')
  if (!this.isNot) return outcomeOf(person.seesButton(text, options))
  const { pass, message } = await outcomeOf(person.seesNoButton(text, options))
  return { pass: !pass, message }
}

function checkPerson(received: unknown, matcher: string): Person {
  if (received instanceof Person) return received
  throw new TestingError(
    'MATCHER_MISUSE',
    `${matcher} is asked of a person, as in expect(alice).${matcher}(…); found ${describeValue(received)}.`,
  )
}

/** What was found where something else was expected, in a word or two. */
export function describeValue(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  return `a ${value.constructor?.name ?? 'object'}`
}

/** A wait that has failed fails the matcher, so that the stack of the failure is the test's. */
async function outcomeOf(wait: Promise<unknown>): Promise<Outcome> {
  try {
    await wait
    return { pass: true, message: () => '' }
  } catch (error) {
    if (!(error instanceof TestingError) || !waitCodes.has(error.code)) throw error
    return { pass: false, message: () => error.message }
  }
}

const waitCodes: ReadonlySet<string> = new Set(['NOT_SEEN', 'BUTTON_NOT_FOUND', 'BUTTON_STILL_THERE'])
