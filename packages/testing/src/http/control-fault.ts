/** Reads a fault from a request to the control API. */
import { TestingError } from '../errors.js'
import type { Fault } from '../world/faults.js'
import type { ControlBody } from './control-context.js'

/** @throws TestingError CONTROL_INPUT: no such kind, or a field of it is missing. */
export function readFault(body: ControlBody): Fault {
  const { kind, errorCode, description, status, when, parameters } = body
  const common = {
    ...(body.times !== undefined && { times: Number(body.times) }),
    ...(body.chatId !== undefined && { chatId: body.chatId as number }),
  }
  if (kind === 'hang') return { kind, ...common }
  if (kind === 'cut' && (when === 'before' || when === 'after')) return { kind, when, ...common }
  if (kind === 'html' && isStatus(status)) return { kind, status, ...common }
  if (kind === 'error' && isStatus(errorCode)) {
    const text = typeof description === 'string' ? description : `Error ${errorCode}`
    const more = typeof parameters === 'object' && parameters !== null ? { parameters } : {}
    return { kind, errorCode, description: text, ...more, ...common }
  }
  throw new TestingError(
    'CONTROL_INPUT',
    'A fault is {"kind":"hang"}, {"kind":"cut","when":"before"|"after"}, {"kind":"html","status":502} or {"kind":"error","errorCode":429,"description":"…","parameters":{…}}.',
  )
}

function isStatus(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 400 && value <= 599
}
