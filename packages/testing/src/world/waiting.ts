/** Waits for something to become true in a world: asks again after each event, and never by the clock. */
import type { EventHub } from './event-hub.js'

/**
 * Resolves with the first value other than undefined that `look` returns, now or after an event.
 * @param timeoutMs Real milliseconds, whatever the world's clock says. 0 = look once.
 * @param describeFailure Builds the error for when the time is up.
 */
export function waitFor<T>(
  events: EventHub,
  look: () => T | undefined,
  timeoutMs: number,
  describeFailure: () => Error,
): Promise<T> {
  const first = look()
  if (first !== undefined) return Promise.resolve(first)
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      unsubscribe()
      reject(describeFailure())
    }, timeoutMs)
    const unsubscribe = events.subscribe(() => {
      const value = look()
      if (value === undefined) return
      clearTimeout(timer)
      unsubscribe()
      resolve(value)
    })
  })
}
