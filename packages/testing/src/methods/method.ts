/** What a modelled method is: a function from a call to a result. Each group of methods is one file. */
import type { Bot, Webhook } from '../world/bot.js'
import type { WorldState } from '../world/world-state.js'
import type { Parameters } from './parameters.js'

/** Starts and ends the delivery of updates by webhook. */
export interface WebhookPort {
  /** Delivers what waits and what comes to the webhook; undefined ends delivery. */
  set(bot: Bot, webhook: Webhook | undefined): void
}

/** One call of a method by a bot. */
export interface MethodCall {
  readonly state: WorldState
  readonly bot: Bot
  readonly parameters: Parameters
  readonly webhooks: WebhookPort
  /** Aborted when the caller has gone, so that a long poll ends. */
  readonly signal: AbortSignal | undefined
}

/** A result that the envelope carries together with a description, as setWebhook's does. */
export class DescribedResult {
  constructor(
    readonly result: unknown,
    readonly description: string,
  ) {}
}

/**
 * Carries a call out. Returns what stands under `result`.
 * @throws ApiError The refusal, in Telegram's words. Nothing has changed.
 */
export type MethodHandler = (call: MethodCall) => unknown

/** Methods by their exact names. */
export type MethodGroup = Readonly<Record<string, MethodHandler>>
