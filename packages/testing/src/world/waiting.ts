/** Waits for something to become true in a world: asks again after each event, and never by the clock. */
import type { EventHub } from './event-hub.js'

/** One wait. */
export interface Wait<T> {
  /** The id of the chat or person that it is about: what `EventHub.breakOff` ends. */
  readonly about: number
  /** What is waited for; undefined as long as it is not there. */
  readonly look: () => T | undefined
  /** Real milliseconds, whatever the world's clock says. 0 = look once. */
  readonly timeoutMs: number
  /** Builds the error for when the time is up, or the wait is broken off. */
  readonly describeFailure: () => Error
}

/** Resolves with the first value other than undefined that `look` returns, now or after an event. */
export function waitFor<T>(
  events: EventHub,
  { about, look, timeoutMs, describeFailure }: Wait<T>,
): Promise<T> {
  const first = look()
  if (first !== undefined) return Promise.resolve(first)
  const asked: { stack?: string } = {}
  Error.captureStackTrace(asked, waitFor)
  const failure = (reason?: Error) => placed(brokenOff(describeFailure(), reason), asked.stack)
  const reason = events.reasonToBreakOff(about)
  if (reason) return Promise.reject(failure(reason))
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer)
      unsubscribe()
    }
    const timer = setTimeout(() => {
      unsubscribe()
      reject(failure())
    }, timeoutMs)
    const unsubscribe = events.subscribe((event) => {
      const value = look()
      if (value !== undefined) {
        end()
        resolve(value)
      } else if (event.kind === 'break_off' && event.about === about) {
        end()
        reject(failure(event.reason))
      }
    })
  })
}

function brokenOff(failure: Error, reason: Error | undefined): Error {
  if (reason === undefined) return failure
  failure.message = `${failure.message}\nThe wait ended before its time: ${reason.message}`
  failure.cause = reason
  return failure
}

/** With the lines of whoever waits: where the error is made, when the time is up, they are gone. */
function placed(failure: Error, stack = ''): Error {
  failure.stack = `${failure.name}: ${failure.message}${stack.slice(stack.indexOf('\n'))}`
  return failure
}
