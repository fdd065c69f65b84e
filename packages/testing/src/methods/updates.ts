/** getUpdates: offsets, long polling, and which of two pollers stays. Source: Bot API, getUpdates. */
import { conflict } from '../bot-api/api-error.js'
import { parseAllowedUpdates } from './allowed-updates.js'
import type { MethodCall, MethodGroup } from './method.js'

const longestPollSeconds = 50

/** The methods of this group. */
export const updateMethods: MethodGroup = { getUpdates }

function getUpdates(call: MethodCall): unknown[] | Promise<unknown[]> {
  const { bot, parameters } = call
  if (bot.webhook) {
    throw conflict(
      "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    )
  }
  const allowed = parseAllowedUpdates(parameters)
  if (allowed) bot.updates.allowedUpdates = allowed.length > 0 ? allowed : undefined
  const offset = parameters.integer('offset') ?? 0
  const limit = Math.min(100, Math.max(1, parameters.integer('limit') ?? 100))
  const timeoutSeconds = Math.min(longestPollSeconds, Math.max(0, parameters.integer('timeout') ?? 0))
  const ready = bot.updates.fetch(offset, limit)
  if (ready.length > 0 || timeoutSeconds === 0) return ready
  return waitForUpdates(call, offset, limit, timeoutSeconds)
}

function waitForUpdates(
  { bot, state, signal }: MethodCall,
  offset: number,
  limit: number,
  timeoutSeconds: number,
): Promise<unknown[]> {
  // The one who comes later stays: only a request that has to wait displaces the one that waits.
  bot.waitingPoll?.displace(
    conflict('terminated by other getUpdates request; make sure that only one bot instance is running'),
  )
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      timer.cancel()
      unsubscribe()
      signal?.removeEventListener('abort', onAbort)
      if (bot.waitingPoll === poll) bot.waitingPoll = undefined
      settle()
    }
    const answer = () => {
      if (bot.waitingPoll !== poll) return
      const updates = bot.updates.fetch(offset, limit)
      if (updates.length > 0) finish(() => resolve(updates))
    }
    const poll = { displace: (reason: Error) => finish(() => reject(reason)) }
    const onAbort = () => finish(() => resolve([]))
    const timer = state.clock.after(timeoutSeconds * 1000, () => finish(() => resolve([])))
    // Updates that are made in one go leave together.
    const unsubscribe = bot.updates.subscribe(() => queueMicrotask(answer))
    bot.waitingPoll = poll
    if (signal?.aborted) onAbort()
    else signal?.addEventListener('abort', onAbort)
  })
}
