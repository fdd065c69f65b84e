/** Faults that a test orders for the next calls of a method. */

import type { ResponseParameters } from '../bot-api/api-error.js'
import { knownMethodNames } from '../bot-api/known-method-names.js'
import { TestingError } from '../errors.js'

/** What goes wrong with a call. */
export type Fault = FaultKind & {
  /** For how many calls. Integer ≥ 1. @default 1 */
  times?: number
  /** Only for calls with this chat_id. @default every chat */
  chatId?: number | string
}

/** The kinds of faults. The method is carried out only where it says so. */
export type FaultKind =
  /** A refusal. The HTTP status is the error code. */
  | { kind: 'error'; errorCode: number; description: string; parameters?: ResponseParameters }
  /** No answer, until the server stops. */
  | { kind: 'hang' }
  /** The connection is cut without an answer, before or after the method is carried out. */
  | { kind: 'cut'; when: 'before' | 'after' }
  /** An answer that is no JSON, as from a proxy. */
  | { kind: 'html'; status: number; body?: string }

/** The faults of one server, used up in the order in which they were added. */
export class FaultPlan {
  readonly #byMethod = new Map<string, { fault: Fault; left: number }[]>()

  /**
   * Orders a fault for the next call of a method, after those already ordered for it.
   * @param method In any case.
   * @throws TestingError FAULT_INVALID: no such method in the Bot API, or `times` is no integer ≥ 1.
   */
  next(method: string, fault: Fault): void {
    const key = method.toLowerCase()
    if (!knownMethodNames.some((name) => name.toLowerCase() === key)) {
      throw new TestingError('FAULT_INVALID', `The Bot API has no method "${method}". Check the spelling.`)
    }
    const left = fault.times ?? 1
    if (!Number.isInteger(left) || left < 1) {
      throw new TestingError('FAULT_INVALID', `"times" must be an integer of at least 1 (found: ${left}).`)
    }
    const planned = this.#byMethod.get(key) ?? []
    planned.push({ fault, left })
    this.#byMethod.set(key, planned)
  }

  /** True while something is ordered. */
  get isArmed(): boolean {
    return this.#byMethod.size > 0
  }

  /** Takes the fault for a call that has come; undefined when none is ordered. @param chatId As the call gives it. */
  take(method: string, chatId?: string): Fault | undefined {
    const key = method.toLowerCase()
    const planned = this.#byMethod.get(key)
    const index = planned?.findIndex(({ fault }) => isFor(fault, chatId)) ?? -1
    const found = planned?.[index]
    if (!planned || !found) return undefined
    found.left -= 1
    if (found.left === 0) planned.splice(index, 1)
    if (planned.length === 0) this.#byMethod.delete(key)
    return found.fault
  }

  /** Forgets what is ordered. */
  clear(): void {
    this.#byMethod.clear()
  }
}

function isFor(fault: Fault, chatId: string | undefined): boolean {
  return fault.chatId === undefined || String(fault.chatId) === chatId
}
