/** Leads people through the conversations of an app's plugins: a step asks, waits in the database, checks the answer and goes on. All of it is part of the update's unit of work. */
import { randomBytes } from 'node:crypto'
import { type Duration, durationMs } from '../config/duration.js'
import { PluginError } from '../errors.js'
import type { AnswerIssue } from '../plugin/answers.js'
import type { BoundContext, ContextPlugin, ConversationHost } from '../telegram/context.js'
import { coreCallbackPrefix } from '../telegram/core-callbacks.js'
import { conversationKeyOf, keptConversation } from './conversation-row.js'
import { faultsOf, toKeptJson } from './kept-json.js'
import {
  describe,
  type Frame,
  type KnownConversation,
  KnownConversations,
  type Lost,
  schemaOf,
  stepOf,
} from './known-conversations.js'
import { isContent, possibleAnswer } from './possible-answer.js'
import { readState, removeState, type StateKey, writeState } from './state-table.js'

/** What the conversations of an app need. */
export interface ConversationsOptions {
  readonly known: readonly KnownConversation[]
  /** Lets the context speak for a plugin from now on, and says so to whoever watches. */
  enter(ctx: BoundContext, plugin: ContextPlugin, handler: string): void
}

/** How long a question waits where its conversation does not say. */
const defaultExpiry: Duration = '1h'

/** Bot API, InlineKeyboardButton. */
const longestButtonBytes = 64

/** See the file's purpose. One for each app that has conversations. */
export class Conversations implements ConversationHost {
  readonly #options: ConversationsOptions
  readonly #known: KnownConversations
  readonly #takesPresses: boolean
  /** Of updates under way. A conversation that starts or ends takes the place of the one before. */
  readonly #frames = new WeakMap<BoundContext, Frame>()

  constructor(options: ConversationsOptions) {
    this.#options = options
    this.#known = new KnownConversations(options.known)
    this.#takesPresses = options.known.some(({ defined }) =>
      Object.values(defined.definition.steps).some(({ answer }) => answer.update === 'callback_query'),
    )
  }

  /** Takes the update where it answers a question; `false` where it does not. One read, for what may be an answer. */
  async answer(ctx: BoundContext): Promise<boolean> {
    const possible = possibleAnswer(ctx)
    const key = possible && conversationKeyOf(ctx.stateSource)
    if (key === undefined || (possible === 'callback_query' && !this.#takesPresses)) return false
    const kept = await readState(ctx.stateSource.sql, key)
    if (kept === undefined) return false
    const frame = await this.#known.frameOf(key, kept.value)
    if (possible === 'cancel') await this.#cancelByPerson(ctx, key, frame)
    else if ('lost' in frame) return this.#lose(ctx, key, frame)
    else return this.#takeAnswer(ctx, frame)
    return true
  }

  async start(ctx: BoundContext, conversation: object, input: unknown): Promise<void> {
    const known = this.#known.require(conversation)
    const key = ctx.from && conversationKeyOf(ctx.stateSource)
    if (key === undefined) throw ownerMissing(known)
    const data = await schemaOf(known).safeParseAsync(input ?? {})
    if (!data.success) {
      const faults = faultsOf(data.error)
      throw new PluginError('STATE_VALUE', `${describe(known)} cannot start with these data: ${faults}.`)
    }
    const [step = ''] = Object.keys(known.defined.definition.steps)
    await this.#within(ctx, known, () =>
      this.#ask(ctx, { known, key, step, token: newToken(), data: data.data }),
    )
  }

  async cancel(ctx: BoundContext, conversation: object): Promise<boolean> {
    const known = this.#known.require(conversation)
    const key = conversationKeyOf(ctx.stateSource)
    if (key === undefined) return false
    const found = keptConversation.safeParse((await readState(ctx.stateSource.sql, key))?.value)
    const isWaiting = found.success && this.#known.find(found.data) === known
    // One whose first question is being asked is not kept yet.
    if (!isWaiting && this.#frames.get(ctx)?.known !== known) return false
    await this.#end(ctx, key)
    return true
  }

  buttonData(ctx: BoundContext, payload: string): string | undefined {
    const frame = this.#frames.get(ctx)
    if (frame === undefined) return undefined
    const data = `${coreCallbackPrefix}${frame.token}:${payload}`
    const bytes = Buffer.byteLength(data)
    if (bytes <= longestButtonBytes) return data
    throw new PluginError(
      'CONVERSATION_BUTTON',
      `${describe(frame.known)}, step "${frame.step}": a button would have ${bytes} bytes of data, and Telegram takes ${longestButtonBytes}, ${bytes - Buffer.byteLength(payload)} of which are core's. Make its payload shorter.`,
    )
  }

  async #takeAnswer(ctx: BoundContext, frame: Frame): Promise<boolean> {
    const { known, step, data } = frame
    const { answer, accept, next } = stepOf(known, step)
    this.#frames.set(ctx, frame)
    const reading = await answer.read(ctx)
    if (reading === undefined && !('message' in ctx.update && isContent(ctx.update.message))) {
      this.#frames.delete(ctx)
      return false
    }
    await this.#within(ctx, known, async () => {
      if (reading === undefined || 'issues' in reading)
        return this.#refuse(ctx, frame, reading?.issues ?? [otherKind])
      await accept?.(ctx as never, reading.value, data)
      await this.#goOn(
        ctx,
        frame,
        typeof next === 'function' ? await next(ctx as never, reading.value, data) : next,
      )
    })
    return true
  }

  async #refuse(ctx: BoundContext, frame: Frame, issues: readonly AnswerIssue[]): Promise<void> {
    const { ask, invalid } = stepOf(frame.known, frame.step)
    if (invalid === undefined) await ask(ctx as never, frame.data)
    else await invalid(ctx as never, issues, frame.data)
    await this.#keep(ctx, frame)
  }

  async #goOn(ctx: BoundContext, frame: Frame, next: string): Promise<void> {
    const { known, key, data } = frame
    const { definition } = known.defined
    if (next === 'done' || next === 'cancel') {
      // A conversation that the step has started is not ended here.
      if (this.#frames.get(ctx) === frame) await this.#end(ctx, key)
      if (next === 'done') await definition.done?.(ctx as never, data)
      else await this.#sayCancelled(ctx, known, data)
    } else if (Object.hasOwn(definition.steps, next)) {
      if (this.#frames.get(ctx) === frame) await this.#ask(ctx, { ...frame, step: next, token: newToken() })
    } else {
      const names = [...Object.keys(definition.steps), 'done', 'cancel'].join(', ')
      throw new PluginError(
        'CONVERSATION_STEP',
        `${describe(known)}: the step "${frame.step}" went on to ${JSON.stringify(next)}, which is none of its steps (${names}).`,
      )
    }
  }

  async #ask(ctx: BoundContext, frame: Frame): Promise<void> {
    this.#frames.set(ctx, frame)
    await stepOf(frame.known, frame.step).ask(ctx as never, frame.data)
    await this.#keep(ctx, frame)
  }

  /** Waits for the answer, unless the step has started or ended a conversation itself. */
  async #keep(ctx: BoundContext, frame: Frame): Promise<void> {
    if (this.#frames.get(ctx) !== frame) return
    const { known, key, step, token, data } = frame
    const { plugin, defined } = known
    const schema = keptConversation.extend({ data: schemaOf(known) })
    const kept = { plugin: plugin.name, conversation: defined.name, step, token, data }
    const json = await toKeptJson(schema, kept, describe(known))
    const { expiresAfter = defaultExpiry } = defined.definition
    await writeState(ctx.stateSource.sql, key, json, durationMs(expiresAfter))
  }

  async #end(ctx: BoundContext, key: StateKey): Promise<void> {
    this.#frames.delete(ctx)
    await removeState(ctx.stateSource.sql, key)
  }

  async #cancelByPerson(ctx: BoundContext, key: StateKey, frame: Frame | Lost): Promise<void> {
    await this.#end(ctx, key)
    if ('lost' in frame) await this.#say(ctx, 'conversation.cancelled')
    else await this.#within(ctx, frame.known, () => this.#sayCancelled(ctx, frame.known, frame.data))
  }

  async #sayCancelled(ctx: BoundContext, known: KnownConversation, data: unknown): Promise<void> {
    const { cancelled } = known.defined.definition
    if (cancelled === undefined) await this.#say(ctx, 'conversation.cancelled')
    else await cancelled(ctx as never, data)
  }

  /** Ends what cannot go on. A press goes on to others: its button may be theirs. */
  async #lose(ctx: BoundContext, key: StateKey, { lost, known }: Lost): Promise<boolean> {
    if (!('message' in ctx.update) || !isContent(ctx.update.message)) return false
    const err = new PluginError('CONVERSATION_LOST', `${lost} It has ended.`)
    ctx.stateSource.logger.warn({ err }, 'A conversation was lost')
    await this.#end(ctx, key)
    if (known?.defined.definition.lost === undefined) await this.#say(ctx, 'conversation.lost')
    else await this.#within(ctx, known, () => known.defined.definition.lost?.(ctx as never))
    return true
  }

  /** Says something of core's own, in the person's language. */
  async #say(ctx: BoundContext, text: string): Promise<void> {
    const { plugin, handler } = ctx
    ctx.enter(undefined, handler)
    await ctx.outbox.reply(ctx.t(text))
    ctx.enter(plugin, handler)
  }

  /** Runs a part of a conversation for its plugin; what started it speaks for its own again afterwards. A failure stays that of the conversation. */
  async #within(ctx: BoundContext, known: KnownConversation, work: () => unknown): Promise<void> {
    const { plugin, handler } = ctx
    this.#options.enter(ctx, known.plugin, `conversation ${known.defined.name}`)
    await work()
    ctx.enter(plugin, handler)
  }
}

const otherKind: AnswerIssue = {
  code: 'custom',
  message: 'Another kind of answer is expected',
  path: [],
  input: undefined,
}

// 2^32 of them: enough to tell the questions of one person from each other.
const newToken = (): string => randomBytes(4).toString('base64url')

function ownerMissing(known: KnownConversation): PluginError {
  return new PluginError(
    'STATE_OWNER',
    `${describe(known)} is led with a person in a chat, and this update has none. Start it where somebody writes or presses a button.`,
  )
}
