/** What `hello dev` and the process of its bot tell each other. Types alone. */
import type { InspectorEvent } from '@hello/testing'
import type { Environment } from '../config/environment.js'

/** To the bot. `start` comes once, at first. */
export type BotOrder =
  | {
      readonly type: 'start'
      /** All variables, with those that were brought along. */
      readonly env: Environment
      /** The bot whose work is told; absent where no playground shows it. */
      readonly tracedBotId?: number
    }
  | { readonly type: 'stop' }

/** From the bot. No secret is in it. */
export type BotReport =
  | { readonly type: 'running' }
  /** What stands against the start, or has ended the run. */
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'traced'; readonly event: InspectorEvent }
