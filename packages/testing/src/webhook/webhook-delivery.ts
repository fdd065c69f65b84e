/**
 * Delivers one bot's updates to its webhook: one lane per chat, in order, each update until it is taken.
 * Source: Bot API, setWebhook; its server's WebhookActor.cpp.
 */
import { setMaxListeners } from 'node:events'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Clock, ClockTimer } from '../clock.js'
import type { Bot, Webhook } from '../world/bot.js'
import type { QueuedUpdate } from '../world/update-queue.js'
import { laneOf } from './lane.js'
import { postUpdate, type WebhookReply } from './webhook-request.js'

const longestDelaySeconds = 60
const replyTimeoutMs = 60_000
const goneForGoodMs = 23 * 60 * 60 * 1000

interface Lane {
  readonly waiting: QueuedUpdate[]
  failureCount: number
  isBusy: boolean
}

/** What a delivery needs from the world. */
export interface WebhookDeliveryOptions {
  readonly bot: Bot
  readonly webhook: Webhook
  readonly clock: Clock
  /** Carries out the method that a webhook's answer may hold. */
  readonly call: (method: string, values: Record<string, unknown>) => void
  /** Called when the webhook has answered 410 Gone: delivery has ended. */
  readonly onGone: () => void
}

/** Runs from its creation until `stop()`. */
export class WebhookDelivery {
  readonly #options: WebhookDeliveryOptions
  readonly #lanes = new Map<string, Lane>()
  readonly #timers = new Set<ClockTimer>()
  readonly #abort = new AbortController()
  readonly #agent: HttpAgent
  readonly #unsubscribe: () => void
  #activeCount = 0
  #firstGoneMs: number | undefined

  constructor(options: WebhookDeliveryOptions) {
    this.#options = options
    const { bot, webhook } = options
    // Each request under way listens for the end; there are as many as connections, and none is forgotten.
    setMaxListeners(webhook.maxConnections, this.#abort.signal)
    const agentOptions = { keepAlive: true, maxSockets: webhook.maxConnections }
    this.#agent = webhook.url.startsWith('https:')
      ? new HttpsAgent({ ...agentOptions, ...(webhook.certificate && { ca: webhook.certificate }) })
      : new HttpAgent(agentOptions)
    for (const entry of bot.updates.pending()) this.#take(entry)
    this.#unsubscribe = bot.updates.subscribe((entry) => {
      this.#take(entry)
      this.#pump()
    })
    this.#pump()
  }

  /** Ends delivery at once; what was not taken stays in the bot's queue. */
  stop(): void {
    this.#unsubscribe()
    for (const timer of this.#timers) timer.cancel()
    this.#abort.abort()
    this.#agent.destroy()
  }

  #take(entry: QueuedUpdate): void {
    const key = laneOf(entry.update)
    const lane = this.#lanes.get(key)
    if (lane) lane.waiting.push(entry)
    else this.#lanes.set(key, { waiting: [entry], failureCount: 0, isBusy: false })
  }

  #pump(): void {
    for (const [key, lane] of this.#lanes) {
      if (this.#activeCount >= this.#options.webhook.maxConnections) return
      if (lane.isBusy) continue
      const entry = this.#nextOf(lane)
      if (entry) void this.#deliver(lane, entry)
      else this.#lanes.delete(key)
    }
  }

  #nextOf(lane: Lane): QueuedUpdate | undefined {
    const { updates } = this.#options.bot
    // What was dropped meanwhile is not delivered.
    while (lane.waiting[0] && !updates.has(lane.waiting[0])) lane.waiting.shift()
    return lane.waiting[0]
  }

  async #deliver(lane: Lane, entry: QueuedUpdate): Promise<void> {
    const { webhook } = this.#options
    lane.isBusy = true
    this.#activeCount += 1
    try {
      const reply = await postUpdate({
        url: webhook.url,
        ipAddress: webhook.ipAddress,
        update: entry.update,
        secretToken: webhook.secretToken,
        agent: this.#agent,
        timeoutMs: replyTimeoutMs,
        signal: this.#abort.signal,
      })
      this.#activeCount -= 1
      this.#handle(reply, lane, entry)
    } catch (error) {
      this.#activeCount -= 1
      if (this.#abort.signal.aborted) return
      this.#retry(lane, describeNetworkError(error), undefined)
    }
  }

  #handle(reply: WebhookReply, lane: Lane, entry: QueuedUpdate): void {
    if (this.#abort.signal.aborted) return
    if (reply.status === 410 && this.#isGoneForGood()) {
      this.#noteError(`Wrong response from the webhook: 410 ${reply.statusText}`)
      this.#options.onGone()
      return
    }
    if (reply.status !== 410) this.#firstGoneMs = undefined
    if (reply.status < 200 || reply.status > 299) {
      const message = `Wrong response from the webhook: ${reply.status} ${reply.statusText}`
      this.#retry(lane, message, reply.retryAfterSeconds)
      return
    }
    this.#options.bot.updates.remove(entry)
    this.#settle(lane, entry)
    this.#callFromReply(reply.body)
  }

  /** A single 410 is a failure as any other; only where it stays for 23 hours the webhook is given up. */
  #isGoneForGood(): boolean {
    const nowMs = this.#options.clock.nowMs()
    this.#firstGoneMs ??= nowMs
    return nowMs - this.#firstGoneMs > goneForGoodMs
  }

  #settle(lane: Lane, entry: QueuedUpdate): void {
    if (lane.waiting[0] === entry) lane.waiting.shift()
    lane.failureCount = 0
    lane.isBusy = false
    this.#pump()
  }

  #retry(lane: Lane, message: string, retryAfterSeconds: number | undefined): void {
    this.#noteError(message)
    lane.failureCount += 1
    // At once, then 2, 4, 8 … seconds.
    const ownDelay = lane.failureCount === 1 ? 0 : 2 ** (lane.failureCount - 1)
    const delaySeconds = retryAfterSeconds ?? Math.min(longestDelaySeconds, ownDelay)
    const resume = () => {
      lane.isBusy = false
      this.#pump()
    }
    if (delaySeconds === 0) {
      resume()
      return
    }
    const timer = this.#options.clock.after(delaySeconds * 1000, () => {
      this.#timers.delete(timer)
      resume()
    })
    this.#timers.add(timer)
    // Other lanes use the connection meanwhile.
    this.#pump()
  }

  #noteError(message: string): void {
    const { webhook, clock } = this.#options
    webhook.lastErrorUnix = Math.floor(clock.nowMs() / 1000)
    webhook.lastErrorMessage = message
  }

  #callFromReply(body: string): void {
    if (!body.startsWith('{')) return
    try {
      const { method, ...values } = JSON.parse(body) as { method?: unknown }
      if (typeof method === 'string' && mayStandInReply(method)) this.#options.call(method, values)
    } catch {
      // Telegram ignores an answer that it cannot read, and tells nobody what became of the call in it.
    }
  }
}

/** What an answer could do to its own delivery is passed over, and so is what would give a result to nobody. */
function mayStandInReply(method: string): boolean {
  return !/^(?:get|(?:set|delete)webhook$|close$|logout$)/i.test(method)
}

function describeNetworkError(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ECONNREFUSED') return 'Connection refused'
  if (code === 'ECONNRESET') return 'Connection closed'
  return message
}
