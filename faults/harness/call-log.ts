/** Keeps what the local Telegram was asked and what it answered: the evidence of what was sent, when, and how often. */
import { ApiError, type World } from '@hello/testing'

/** A call that was carried out or refused. */
export interface LoggedCall {
  readonly atMs: number
  readonly method: string
  readonly chatId: string | undefined
  readonly text: string | undefined
  /** The refusal's code; absent where it was carried out. */
  readonly errorCode?: number
  /** In seconds, of a 429. */
  readonly retryAfter?: number
}

/** See the file's purpose. Calls for updates are not kept. */
export interface CallLog {
  readonly all: readonly LoggedCall[]
  /** How many calls for updates there were. */
  readonly polls: number
  /** How many messages were sent. */
  readonly sent: number
}

/** Keeps the calls of a world from now on. */
export function keepCalls(world: World): CallLog {
  const all: LoggedCall[] = []
  const log = { all, polls: 0, sent: 0 }
  const callWith = world.callWith.bind(world)
  world.callWith = (bot, method, parameters, signal) => {
    if (method.toLowerCase() === 'getupdates') {
      log.polls += 1
      return callWith(bot, method, parameters, signal)
    }
    const call = {
      atMs: performance.now(),
      method,
      chatId: parameters.text('chat_id'),
      text: parameters.text('text'),
    }
    try {
      const result = callWith(bot, method, parameters, signal)
      all.push(call)
      if (method === 'sendMessage') log.sent += 1
      return result
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const retryAfter = error.parameters?.retry_after
      all.push({ ...call, errorCode: error.errorCode, ...(retryAfter !== undefined && { retryAfter }) })
      throw error
    }
  }
  return log
}
