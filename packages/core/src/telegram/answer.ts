/** Makes of what came back from the Bot API a result or an error, and no error has the token in it. */

import { TelegramError } from 'telegraf'
import { HelloError, TelegramRefusal } from '../errors.js'
import type { SecretRedactor } from '../secrets.js'
import type { Answer } from './exchange.js'

/** What is said of a call in the message of its error. */
export interface CallFacts {
  method: string
  origin: string
  redactor: SecretRedactor
}

/**
 * The result that Telegram gave.
 * @throws TelegramError (of telegraf): Telegram refused, with `code`, `description` and `parameters`.
 * @throws TelegramRefusal TELEGRAM_BAD_RESPONSE: it is not an answer of the Bot API.
 */
export function resultOf(
  { status, contentType, body }: Answer,
  { method, payload, origin, redactor }: CallFacts & { payload: object },
): unknown {
  const data = parseJson(body)
  if (data?.ok === true && 'result' in data) return data.result
  if (data?.ok === false && typeof data.error_code === 'number') {
    const description = redactor.redact(String(data.description))
    const { error_code, parameters } = data
    throw new TelegramError(
      { error_code, description, ...(parameters !== undefined && { parameters }) },
      { method, payload },
    )
  }
  const beginning = JSON.stringify(redactor.redact(body).slice(0, 80))
  throw new TelegramRefusal(
    'TELEGRAM_BAD_RESPONSE',
    `The answer to ${method} is not one of the Bot API: got HTTP ${status}, ${contentType || 'no content type'}, ${beginning}, expected JSON with "ok" from ${origin}. If it lasts, check TELEGRAM_API_ROOT and what stands in between.`,
  )
}

/** The error to throw where no answer came: TELEGRAM_UNREACHABLE, or the reason of the signal that ended the call. */
export function failureOf(
  error: unknown,
  { method, origin, signal, redactor }: CallFacts & { signal: AbortSignal | undefined },
): unknown {
  if (error instanceof HelloError) return error
  const isAbort = signal?.aborted === true && error === signal.reason
  if (isAbort && (error as Error | undefined)?.name !== 'TimeoutError') return error
  const cause = cleanCause(error, redactor)
  return new TelegramRefusal(
    'TELEGRAM_UNREACHABLE',
    `${method} got no answer from ${origin}: ${cause.message}. If the request had left, Telegram may have acted on it. Check the network and TELEGRAM_API_ROOT.`,
    { cause },
  )
}

interface BotApiAnswer {
  ok?: unknown
  result?: unknown
  error_code?: unknown
  description?: unknown
  parameters?: TelegramError['parameters']
}

function parseJson(text: string): BotApiAnswer | undefined {
  try {
    const data: unknown = JSON.parse(text)
    return typeof data === 'object' && data !== null ? data : undefined
  } catch {
    return undefined
  }
}

/** The error with nothing of the request in it: name, code, message and stack, each without the token. */
function cleanCause(error: unknown, { redact }: SecretRedactor): Error {
  const {
    name = 'Error',
    message = '',
    stack,
    code,
    errors,
  } = (error ?? {}) as Partial<AggregateError> & { code?: unknown }
  // Node says of two addresses that both refused only "AggregateError".
  const parts = [message, ...(errors ?? []).map((part: Error) => part.message)].filter((part) => part !== '')
  const clean = new Error(redact(parts.join('; ') || String(code ?? name)))
  clean.name = name
  if (stack !== undefined) clean.stack = redact(stack)
  return code === undefined ? clean : Object.assign(clean, { code })
}
