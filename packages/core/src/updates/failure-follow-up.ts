/** What follows a failure that is recorded: a word to the person who waits for an answer. It cannot fail the update, nor hold up its chat. */
import { type Telegram, TelegramError } from 'telegraf'
import type { OutgoingCall } from '../database/unit.js'
import type { Logger } from '../logger.js'
import type { HandlerFailure } from '../plugin/contexts.js'
import type { AnyContract } from '../plugin/contract.js'
import type { BoundContext } from '../telegram/context.js'
import type { AppTexts } from '../texts/app-texts.js'
import { apologyTargetOf } from './apology-target.js'
import { authorOf, type RawUpdate } from './update-facts.js'
import type { UpdateFailure } from './update-failure.js'

/** What a person is told when a handler of a plugin fails; its `errorText`. */
export type ErrorText = (failure: HandlerFailure<AnyContract>) => string | false | undefined

/** An update whose failure is recorded. */
export interface FailedTry {
  readonly update: RawUpdate
  readonly failure: UpdateFailure
  /** Absent where no handler was reached. */
  readonly ctx: BoundContext | undefined
}

/** What it works with. */
export interface FailureFollowUpOptions {
  readonly telegram: Telegram
  readonly texts: AppTexts
  readonly logger: Logger
  /** Puts a message in the outbox, outside of any update. */
  store(call: OutgoingCall): Promise<void>
  /** Whether people are told at all. */
  readonly apologises: boolean
  errorTextOf(plugin: string): { readonly text: ErrorText; readonly options: unknown } | undefined
  /** In milliseconds; for tests. @default performance.now */
  now?(): number
}

/** A chat that fails over and over is told once in this time. */
const quietMs = 10_000
/** Of so many chats the last apology is remembered. */
const mostRemembered = 10_000
/** Bot API, answerCallbackQuery. */
const longestAnswer = 200

/** See the file's purpose. */
export class FailureFollowUp {
  readonly #options: FailureFollowUpOptions
  readonly #toldAtMs = new Map<number, number>()
  readonly #running = new Set<Promise<void>>()

  constructor(options: FailureFollowUpOptions) {
    this.#options = options
  }

  /** Begins it and returns at once. */
  begin(failed: FailedTry): void {
    const following = this.#apologise(failed)
    this.#running.add(following)
    void following.then(() => this.#running.delete(following))
  }

  /** Resolves when everything that was begun has ended. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  async #apologise(failed: FailedTry): Promise<void> {
    const { update, failure, ctx } = failed
    const target = apologyTargetOf(update, failure.handler)
    if (target === undefined || !this.#options.apologises || isUnwelcome(failure.error)) return
    try {
      const text = this.#textFor(failed)
      const press = ctx?.isAnswered ? undefined : target.callbackQueryId
      // Ends the waiting of the button in any case, in which a short text can be shown.
      const isShown = press !== undefined && text !== false && text.length <= longestAnswer
      if (press !== undefined) await this.#answerPress(press, isShown ? text : undefined)
      if (isShown || text === false || target.chatId === undefined || !this.#mayTell(target.chatId)) return
      const payload = { chat_id: target.chatId, text, ...target.extra }
      await this.#options.store({ chatId: target.chatId, method: 'sendMessage', payload })
    } catch (error) {
      this.#options.logger.warn(
        { err: error, updateId: update.update_id },
        'A person could not be told that an update failed',
      )
    }
  }

  async #answerPress(id: string, text: string | undefined): Promise<void> {
    await this.#options.telegram.answerCbQuery(id, text, { show_alert: text !== undefined })
  }

  #textFor({ update, failure, ctx }: FailedTry): string | false {
    const { texts, logger, errorTextOf } = this.#options
    const { plugin, handler = '', error } = failure
    const language = ctx?.language ?? texts.nearest(authorOf(update)?.languageCode)
    const reference = referenceOf(update)
    const own = plugin === undefined ? undefined : errorTextOf(plugin)
    try {
      const t = texts.translator(plugin ?? '', language)
      const said = own?.text({ error, reference, handler, language, t, options: own.options as never })
      if (said === false || (typeof said === 'string' && said !== '')) return said
    } catch (cause) {
      logger.error({ err: cause, plugin, updateId: update.update_id }, 'errorText of a plugin failed')
    }
    return texts.core(language)('apology', { reference })
  }

  /** Whether a chat was not told for a while; it then counts as told. */
  #mayTell(chatId: number): boolean {
    const nowMs = this.#options.now?.() ?? performance.now()
    const toldAtMs = this.#toldAtMs.get(chatId)
    if (toldAtMs !== undefined && nowMs - toldAtMs < quietMs) return false
    this.#toldAtMs.delete(chatId)
    this.#toldAtMs.set(chatId, nowMs)
    const [oldest] = this.#toldAtMs.keys()
    if (this.#toldAtMs.size > mostRemembered && oldest !== undefined) this.#toldAtMs.delete(oldest)
    return true
  }
}

/** What a person is told to name, and the log has. */
export const referenceOf = (update: RawUpdate): string => String(update.update_id)

/** Whether it failed because nothing can be sent there: the bot is blocked or was removed, or the chat is gone. */
function isUnwelcome(error: unknown, depth = 5): boolean {
  if (!(error instanceof Error) || depth === 0) return false
  if (error instanceof TelegramError) return error.code === 403 || /chat not found/i.test(error.description)
  return isUnwelcome(error.cause, depth - 1)
}
