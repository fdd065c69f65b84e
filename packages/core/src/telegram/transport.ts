/** Calls the Bot API for telegraf's `Telegram`, on one pool of connections for an app. The token never shows: not in an error, not in a print. */

import { inspect } from 'node:util'
import { Telegram, TelegramError } from 'telegraf'
import type { Telegram as ApiMethods, Opts } from 'telegraf/types'
import { ConfigError, HelloError } from '../errors.js'
import type { SecretRedactor } from '../secrets.js'
import { failureOf, resultOf } from './answer.js'
import { type Answer, createExchange } from './exchange.js'
import { createUploadFetcher, type UploadFetcherOptions } from './fetch-upload.js'
import { createMultipart, hasUpload } from './multipart.js'

/** What a bot's `Telegram` is made of. */
export interface TelegramOptions {
  /** The bot's token. The redactor is told. */
  token: string
  /** URL of the Bot API server, with or without a path. */
  apiRoot: string
  redactor: SecretRedactor
  /** Longest wait for an answer to begin, and for each further piece; to about a second. For getUpdates its own `timeout` comes on top. @default 30_000 */
  timeoutMs?: number
  /** Called after each call, whatever became of it. Must not throw. */
  onCall?: (call: TelegramCall) => void
  /** Whether `onCall` is to be called; asked at the beginning of each call. @default it is */
  isObserved?: () => boolean
  /** Called before each call. Where it throws, the call is not made and fails with that. */
  beforeCall?: (method: string) => void
  /** How files of `{ url }` are fetched: bounds, and which addresses may be asked. @default public addresses alone */
  uploads?: UploadFetcherOptions
}

/** What happened to one call. */
export interface TelegramCall {
  method: string
  /** The call's `chat_id`, where it has one. */
  chatId: number | string | undefined
  durationMs: number
  ok: boolean
  /** Telegram's `error_code`, or a code of Hello; `ABORTED` where the caller's signal ended it. Undefined where it went well. */
  errorCode: number | string | undefined
}

/**
 * telegraf's `Telegram` over our connections. `callApi` throws telegraf's `TelegramError` for a refusal of Telegram;
 * TelegramRefusal TELEGRAM_BAD_RESPONSE for what is not an answer of the Bot API; TELEGRAM_UNREACHABLE for a network that
 * failed or a time-out, after which nobody knows whether Telegram acted; TELEGRAM_UPLOAD and TELEGRAM_UPLOAD_URL for a
 * file; and the reason of its `signal` where that is aborted by anything but time. `webhookReply` is always false.
 */
export type BotTelegram = Telegram & {
  /** As telegraf's own, which knows only the AbortSignal of a library of its own. */
  callApi<Method extends keyof ApiMethods>(
    method: Method,
    payload: Opts<Method>,
    options?: { signal?: AbortSignal },
  ): Promise<ReturnType<ApiMethods[Method]>>
  /** Ends the connections, once the calls under way have their answers. Later calls are refused. (`close` is a method of the Bot API.) */
  disconnect(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Builds the one `Telegram` of an app, shared by all its contexts. Connects at the first call.
 * @throws ConfigError CONFIG_TOKEN_INVALID: the token would change the path of a call.
 */
export function createTelegram(options: TelegramOptions): BotTelegram {
  if (!/^\d+:[A-Za-z0-9_-]+$/.test(options.token)) {
    const got = `${options.token.length} characters`
    throw new ConfigError(
      'CONFIG_TOKEN_INVALID',
      `The bot token has a wrong form: got ${got}, expected digits, a colon, and A-Z a-z 0-9 _ -.`,
    )
  }
  options.redactor.add(options.token)
  return new PooledTelegram(options)
}

interface Connection {
  call(method: string, payload: object, signal: AbortSignal | undefined): Promise<unknown>
  close(): Promise<void>
}

class PooledTelegram extends Telegram {
  // Not a #private field: Object.create(telegram) and a Proxy of it must work as they do with telegraf's own.
  declare private readonly connection: Connection
  declare private readonly onCall: TelegramOptions['onCall']
  declare private readonly isObserved: TelegramOptions['isObserved']
  declare private readonly beforeCall: TelegramOptions['beforeCall']

  constructor(options: TelegramOptions) {
    // With its slash, telegraf's getFileLink keeps a path of the root.
    super(options.token, {
      apiRoot: `${options.apiRoot.replace(/\/+$/, '')}/`,
      webhookReply: false,
      agent: undefined,
    })
    const { token, onCall, isObserved, beforeCall } = options
    Object.defineProperties(this, {
      token: { get: () => token, enumerable: false },
      connection: { value: createConnection(options), enumerable: false },
      onCall: { value: onCall, enumerable: false },
      isObserved: { value: isObserved, enumerable: false },
      beforeCall: { value: beforeCall, enumerable: false },
    })
  }

  // A reply in the webhook's answer would leave before the commit and hide its errors.
  override get webhookReply(): boolean {
    return false
  }
  override set webhookReply(_: boolean) {}

  override callApi(method: string, payload?: object, options?: { signal?: unknown }): Promise<any> {
    const { connection, onCall, isObserved, beforeCall } = this
    try {
      beforeCall?.(method)
    } catch (error) {
      return Promise.reject(error)
    }
    const calling = connection.call(method, payload ?? {}, options?.signal as AbortSignal | undefined)
    if (onCall === undefined || isObserved?.() === false) return calling
    return observed(calling, method, payload, onCall)
  }

  disconnect(): Promise<void> {
    return this.connection.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.disconnect()
  }

  toJSON(): object {
    return { apiRoot: this.options.apiRoot }
  }

  [inspect.custom](): string {
    return `Telegram { apiRoot: '${this.options.apiRoot}' }`
  }
}

async function observed(
  calling: Promise<unknown>,
  method: string,
  payload: { chat_id?: number | string } | undefined,
  onCall: (call: TelegramCall) => void,
): Promise<unknown> {
  const startedAt = performance.now()
  const report = (ok: boolean, errorCode: number | string | undefined) =>
    onCall({ method, chatId: payload?.chat_id, durationMs: performance.now() - startedAt, ok, errorCode })
  const result = await calling.catch((error: unknown) => {
    report(false, error instanceof TelegramError || error instanceof HelloError ? error.code : 'ABORTED')
    throw error
  })
  report(true, undefined)
  return result
}

const jsonHeaders = ['content-type', 'application/json']

function createConnection({
  token,
  apiRoot,
  redactor,
  timeoutMs = 30_000,
  uploads,
}: TelegramOptions): Connection {
  const { origin, pathname } = new URL(apiRoot)
  const pathPrefix = `${pathname.replace(/\/+$/, '')}/bot${token}/`
  const exchange = createExchange(origin, { connections: 100 })
  const fetcher = createUploadFetcher(uploads)
  return {
    async call(method, payload, signal) {
      const form = hasUpload(payload) ? await createMultipart(payload, fetcher) : undefined
      const request = {
        path: pathPrefix + method,
        headers: form === undefined ? jsonHeaders : ['content-type', form.contentType],
        body: form === undefined ? toJson(payload) : form.body,
        timeoutMs: waitMs(method, payload, timeoutMs),
        signal,
      }
      let answer: Answer
      try {
        answer = await exchange.post(request)
      } catch (error) {
        throw failureOf(error, { method, origin, signal, redactor })
      }
      return resultOf(answer, { method, payload, origin, redactor })
    },
    close: async () => {
      await Promise.all([exchange.close(), fetcher.close()])
    },
  }
}

function waitMs(method: string, payload: { timeout?: number }, timeoutMs: number): number {
  return method === 'getUpdates' ? timeoutMs + (payload.timeout ?? 0) * 1000 : timeoutMs
}

/** As telegraf writes it: fields that are null are left out. */
function toJson(payload: object): string {
  const text = JSON.stringify(payload)
  // A replacer is called for every field, which costs more than the rest of the call; few payloads have a null.
  return text.includes('null') ? JSON.stringify(payload, (_, value) => value ?? undefined) : text
}
