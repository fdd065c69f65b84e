/** logOut, close: a bot moves between servers. Source: Bot API; Client.cpp (on_cmd, get_closing_error). */
import { ApiError } from '../bot-api/api-error.js'
import type { MethodCall, MethodGroup } from './method.js'

/** The methods of this group. */
export const sessionMethods: MethodGroup = { logOut, close }

const lockoutMs = 10 * 60 * 1000

function logOut({ bot, state, webhooks }: MethodCall): true {
  webhooks.set(bot, undefined)
  bot.updates.clear()
  bot.loggedOutUntilMs = state.clock.nowMs() + lockoutMs
  bot.waitingPoll?.displace(loggedOut())
  return true
}

/** The next call opens the bot again. */
function close({ bot }: MethodCall): true {
  bot.waitingPoll?.displace(new ApiError(500, 'Internal Server Error: restart'))
  return true
}

/** @throws ApiError 400 `Logged out`, for ten minutes after logOut. */
export function checkLoggedIn({ bot, state }: MethodCall): void {
  if (bot.loggedOutUntilMs !== undefined && bot.loggedOutUntilMs > state.clock.nowMs()) throw loggedOut()
}

function loggedOut(): ApiError {
  return new ApiError(400, 'Logged out')
}
