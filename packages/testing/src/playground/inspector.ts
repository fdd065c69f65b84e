/** Keeps the latest that was seen of one bot's work, for the playground's inspector. Records nothing until somebody looks. */
import type { Parameters } from '../methods/parameters.js'
import type { Bot } from '../world/bot.js'
import type { InspectedEvent, InspectorEvent } from './stream-events.js'

/** How many events are kept. */
const keptCount = 2_000

// What the page must not show, whoever calls the method.
const secretParameters = new Set(['secret_token', 'provider_token', 'certificate'])

/** How a call ended. */
export interface CallEnd {
  readonly ok: boolean
  readonly errorCode?: number
  readonly description?: string
}

/** The record of one server. */
export class Inspector {
  readonly #events: InspectedEvent[] = []
  readonly #listeners = new Set<(event: InspectedEvent) => void>()
  #lastSeq = 0
  #bot: Bot | undefined
  #unsubscribe: () => void = () => undefined

  /** Records this bot's updates and calls from now on; asked again with the same bot it does nothing. */
  record(bot: Bot): void {
    if (this.#bot === bot) return
    this.close()
    this.#bot = bot
    this.#unsubscribe = bot.updates.subscribe(({ update }) => this.add(describeUpdate(update)))
  }

  /** Whether the calls of this bot are recorded. */
  isRecording(bot: Bot): boolean {
    return this.#bot === bot
  }

  /** Adds what a bot's process tells of its own work. Secrets must be out of it. */
  add(event: InspectorEvent): void {
    this.#lastSeq += 1
    const inspected = { ...event, seq: this.#lastSeq, atMs: Date.now() }
    this.#events.push(inspected)
    if (this.#events.length > keptCount) this.#events.splice(0, keptCount / 10)
    for (const listener of this.#listeners) listener(inspected)
  }

  /** Begins the record of a call; what is returned ends it. */
  startCall(method: string, parameters: Parameters): (end: CallEnd) => void {
    const startedAtMs = performance.now()
    return (end) => {
      // An idle bot asks again and again: only a refusal is worth a line.
      if (method.toLowerCase() === 'getupdates' && end.ok) return
      const queryId = ['callback_query_id', 'inline_query_id', 'pre_checkout_query_id', 'shipping_query_id']
        .map((name) => parameters.text(name))
        .find((id) => id !== undefined)
      const chatId = parameters.text('chat_id')
      this.add({
        type: 'call',
        method,
        ...(chatId !== undefined && { chatId: parameters.integer('chat_id') ?? chatId }),
        ...(queryId !== undefined && { queryId }),
        parameters: shownParameters(parameters),
        durationMs: performance.now() - startedAtMs,
        ...end,
      })
    }
  }

  /** What is kept, oldest first. */
  events(): readonly InspectedEvent[] {
    return this.#events
  }

  /** Calls `listener` for each event from now on. */
  subscribe(listener: (event: InspectedEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Forgets what is kept; the record goes on. */
  clear(): void {
    this.#events.length = 0
  }

  /** Ends the record. */
  close(): void {
    this.#unsubscribe()
    this.#bot = undefined
  }
}

function shownParameters({ values, files }: Parameters): Record<string, unknown> {
  const shown = Object.entries(values).map(([name, value]) => [
    name,
    secretParameters.has(name) ? '[secret]' : value,
  ])
  const uploads = [...files].map(([name, file]) => [
    name,
    `[file ${file.fileName}, ${file.content.length} bytes]`,
  ])
  return Object.fromEntries([...shown, ...uploads])
}

/** Crafted updates may be anything, so nothing about them is believed. */
function describeUpdate(update: unknown): InspectorEvent {
  const fields = isObject(update) ? update : {}
  const kind = Object.keys(fields).find((name) => name !== 'update_id') ?? 'nothing'
  const payload = isObject(fields[kind]) ? fields[kind] : {}
  const message = isObject(payload.message) ? payload.message : payload
  const chatId = isObject(message.chat) ? message.chat.id : undefined
  const fromId = isObject(payload.from) ? payload.from.id : undefined
  const isQuery = kind.endsWith('_query')
  return {
    type: 'update',
    updateId: typeof fields.update_id === 'number' ? fields.update_id : 0,
    kind,
    ...(typeof chatId === 'number' && { chatId }),
    ...(typeof fromId === 'number' && { fromId }),
    ...(isQuery && typeof payload.id === 'string' && { queryId: payload.id }),
    raw: update,
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
