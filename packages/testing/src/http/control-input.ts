/** Reads fields of a request to the control API. */
import { TestingError } from '../errors.js'
import type { ControlBody } from './control-context.js'

/** A text, the empty one as well. @throws TestingError CONTROL_INPUT. */
export function readText(body: ControlBody, name: string): string {
  const value = body[name]
  if (typeof value === 'string') return value
  throw refused(name, 'a text', value)
}

/** An integer ≥ 0. @throws TestingError CONTROL_INPUT. */
export function readInteger(body: ControlBody, name: string): number {
  const value = body[name]
  if (isCount(value)) return value
  throw refused(name, 'an integer ≥ 0', value)
}

/** A list of integers ≥ 0. @throws TestingError CONTROL_INPUT. */
export function readIntegers(body: ControlBody, name: string): number[] {
  const value = body[name]
  if (Array.isArray(value) && value.every(isCount)) return value
  throw refused(name, 'a list of integers ≥ 0', value)
}

/** One of a few words. @throws TestingError CONTROL_INPUT. */
export function readWord<T extends string>(body: ControlBody, name: string, words: readonly T[]): T {
  const found = words.find((word) => word === body[name])
  if (found !== undefined) return found
  throw refused(name, `one of ${words.join(', ')}`, body[name])
}

function refused(name: string, wanted: string, value: unknown): TestingError {
  return new TestingError(
    'CONTROL_INPUT',
    `"${name}" must be ${wanted} (found: ${JSON.stringify(value) ?? 'nothing'}).`,
  )
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0
