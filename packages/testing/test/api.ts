/** A bare client of the HTTP face, for tests that look at status, envelope and bytes. */
import type { Bot, RunningServer } from '../src/index.js'

/** An answer of the Bot API with its HTTP status. */
export interface Answer {
  status: number
  ok: boolean
  result: any
  error_code?: number
  description?: string
  parameters?: object
}

/** Calls methods of one bot by POST with JSON. */
export function createApi(server: RunningServer, bot: Bot) {
  return async (method: string, values: object = {}, signal?: AbortSignal): Promise<Answer> => {
    const response = await fetch(`${server.apiRoot}/bot${bot.token}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(values),
      ...(signal && { signal }),
    })
    return { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) }
  }
}
