/** Turns a plain function into a zod schema of one variable, so that every fault has a code and says got, expected and what to do. */

import { z } from 'zod'
import type { ErrorCode } from '../errors.js'

/** Why a text is refused. The parts of one sentence: `PORT is not a port: got "80a", expected …. Set …`. */
export interface Fault {
  code: ErrorCode
  /** What is wrong, without the variable's name: `is not a port`. */
  problem: string
  /** What stands there, with nothing secret in it. Left out where nothing stands there. */
  got?: string
  expected: string
  /** What to do, as a sentence or two. */
  fix: string
}

/** A schema that gives the text to `check` and takes either its value or its {@link Fault}. */
export function rule<Value>(check: (text: string, fail: (fault: Fault) => never) => Value) {
  return z.string().transform((text, context): Value => {
    try {
      return check(text, (fault) => {
        throw new FaultSignal(fault)
      })
    } catch (error) {
      if (!(error instanceof FaultSignal)) throw error
      const { code, ...parts } = error.fault
      context.addIssue({ code: 'custom', message: sentence(parts), params: { code } })
      return z.NEVER
    }
  })
}

/** The sentence of a fault, to follow the name of the variable. */
export function sentence({ problem, got, expected, fix }: Omit<Fault, 'code'>): string {
  const found = got === undefined ? '' : `got ${got}, `
  return `${problem}: ${found}expected ${expected}. ${fix}`
}

/** A text as it is shown in a message: quoted, and cut where it is long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}

/** Whether a text is what a script writes for a value that was not there. */
export function isStringifiedNothing(text: string): boolean {
  return /^\s*(undefined|null)\s*$/i.test(text)
}

// Carries a fault out of a check, so that its steps read one after the other. Never leaves this file.
class FaultSignal {
  constructor(readonly fault: Fault) {}
}
