/** `@hello/testing/vitest`: matchers for people and bots. Import it for its effect, in a test or in vitest's `setupFiles`. */
import { expect } from 'vitest'
import { type ExpectedParameters, type MethodName, toHaveCalled } from './matchers/bot-matchers.js'
import { toHaveSeen, toSee, toSeeButton } from './matchers/person-matchers.js'
import type { WaitOptions } from './world/person.js'
import type { Place } from './world/places.js'

export type { ExpectedParameters, MethodName } from './matchers/bot-matchers.js'

declare module 'vitest' {
  // The parameter must be named as vitest names it.
  interface Matchers<T> {
    /**
     * Of a person: waits for a bot's message with this text or caption and uses it up, as `person.sees` does.
     * To be awaited. Has no `not`: what does not come can be waited for forever.
     */
    toSee(expected: string | RegExp, options?: WaitOptions): Promise<void>
    /** Of a person: a bot's message with this text or caption has been there by now. Uses nothing up. */
    toHaveSeen(expected: string | RegExp, options?: Place): void
    /** Of a person: waits for a button, inline or of the reply keyboard; with `not` until it is gone. To be awaited. */
    toSeeButton(text: string, options?: WaitOptions): Promise<void>
    /**
     * Of a bot: it has called a method by now, with these parameters among others; refused calls do not count.
     * To wait for the call: `await expect.poll(() => bot).toHaveCalled(…)`.
     */
    toHaveCalled(method: MethodName, parameters?: ExpectedParameters): void
  }
}

expect.extend({ toSee, toHaveSeen, toSeeButton, toHaveCalled })
