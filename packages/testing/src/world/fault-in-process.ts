/** What an ordered fault means where there is no socket: the call fails as its client would see it over HTTP. */
import { ApiError } from '../bot-api/api-error.js'
import { TestingError } from '../errors.js'
import type { Fault } from './faults.js'

/**
 * Lets a call suffer a fault.
 * @throws ApiError for a refusal; TestingError FAULT for an answer that is none, or for a cut connection.
 */
export async function sufferFault(
  fault: Fault,
  carryOut: () => Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<never> {
  if (fault.kind === 'error') throw new ApiError(fault.errorCode, fault.description, fault.parameters)
  if (fault.kind === 'html')
    throw new TestingError('FAULT', `The answer is no JSON (HTTP ${fault.status}), as ordered.`)
  if (fault.kind === 'hang') return waitForEver(signal)
  if (fault.when === 'after') await carryOut()
  throw new TestingError('FAULT', `The connection was cut ${fault.when} the effect, as ordered.`)
}

function waitForEver(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(new TestingError('FAULT', 'The call was given up.')))
  })
}
