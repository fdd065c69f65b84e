/** The context of one update: telegraf's, built directly on the app's shared `Telegram`, with services, outbox and the unit of work on it. */
import { Context, type Telegram } from 'telegraf'
import type { Update, UserFromGetMe } from 'telegraf/types'
import { PluginError } from '../errors.js'
import type { Logger } from '../logger.js'
import type { AppTexts } from '../texts/app-texts.js'
import { type CoreVariables, coreTextsOwner } from '../texts/core-texts.js'
import type { Translate } from '../texts/define-texts.js'
import type { ParsedCommand } from './command-match.js'
import type { Outbox } from './outbox.js'
import { type ServiceReach, servicesOf } from './plugin-services.js'
import type { StateSource } from './state-source.js'

/** What an update's context draws on. Services are built only when first asked for. @internal */
export interface ContextSource {
  readonly telegram: Telegram
  readonly me: UserFromGetMe
  readonly outbox: Outbox
  readonly texts: AppTexts
  services(): object
  /** What state and conversations draw on. */
  state(): StateSource
  afterCommit(work: () => unknown): void
}

/** Which plugin a context speaks for at the moment. @internal */
export interface ContextPlugin {
  readonly name: string
  readonly reach: ServiceReach
  readonly options: unknown
}

/** Starts and ends the conversations of an app. @internal */
export interface ConversationHost {
  /** Asks the first question of a conversation; whatever other one the person has in this chat ends. */
  start(ctx: BoundContext, conversation: object, data: unknown): Promise<void>
  /** Ends it without a word. `false` where the person is not in it. */
  cancel(ctx: BoundContext, conversation: object): Promise<boolean>
  /** The data of a button of the step that is being asked or answered; `undefined` where none is. @throws PluginError CONVERSATION_BUTTON: it is too long. */
  buttonData(ctx: BoundContext, payload: string): string | undefined
}

/** What Hello adds to telegraf's context. `Services`, `Options` and the keys of `Texts` are those of the plugin that handles. */
export interface UpdateExtension<Services, Options, Texts = any> {
  /** The services that the plugin can reach; each is built when it is first asked for. */
  readonly services: Services
  /** The options of the plugin that handles, validated. */
  readonly options: Options
  /** Logs with the plugin's name; like every line that is written while the update is handled, with the update, chat, person and handler. */
  readonly logger: Logger
  /** Messages that leave with the update's transaction, at least once, in order for each chat. */
  readonly outbox: Outbox
  /**
   * Runs `work` once the commit is certain, or when the handler has returned where no transaction was opened.
   * Its error is logged and never fails the update; it is lost with the process.
   */
  afterCommit(work: () => unknown): void
  /** The plugin's texts in the language of this update: `ctx.t('hello', { name })`. */
  readonly t: Translate<Texts>
  /**
   * In which the person is answered: what a middleware has set here, else the `language_code` that Telegram gives, else
   * the app's default. Always a language in which the app has texts: `pt-BR` becomes `pt` where only that is there.
   */
  language: string
}

/** The context of an update: telegraf's, with what Hello adds. */
export type UpdateContext<Services = object, Options = unknown, Texts = any> = Context &
  UpdateExtension<Services, Options, Texts>

/** What a person is shown for a pressed button. @internal */
export interface PressAnswer {
  readonly text: string
  readonly alert?: boolean
  readonly cacheSeconds?: number
}

/** Bot API, answerCallbackQuery. */
const longestAnswer = 200

/** The context that core makes. It knows which plugin it speaks for. @internal */
export class BoundContext extends Context implements UpdateExtension<object, unknown> {
  readonly #source: ContextSource
  #plugin: ContextPlugin | undefined
  #handler: string | undefined
  #language: string | undefined
  #services: object | undefined
  #isAnswered = false
  #pendingAnswer: PressAnswer | undefined
  #servicesOf: Map<ContextPlugin, object> | undefined
  #stateSource: StateSource | undefined
  /** Of the command that is handled; see `CommandContext`. Without one they are not there. */
  declare command?: string
  declare payload?: string
  declare args?: string[]
  /** The conversations of the app's plugins; `undefined` where no plugin has one. */
  conversations: ConversationHost | undefined

  constructor(update: Update, source: ContextSource) {
    super(update, source.telegram, source.me)
    this.#source = source
  }

  get services(): object {
    this.#services ??= this.#source.services()
    const plugin = this.#plugin
    if (plugin === undefined) return this.#services
    this.#servicesOf ??= new Map()
    const known = this.#servicesOf.get(plugin)
    if (known !== undefined) return known
    const services = servicesOf(this.#services, plugin.reach)
    this.#servicesOf.set(plugin, services)
    return services
  }

  get options(): unknown {
    return this.#plugin?.options
  }

  get logger(): Logger {
    return (this.services as { readonly logger: Logger }).logger
  }

  get outbox(): Outbox {
    return this.#source.outbox
  }

  afterCommit(work: () => unknown): void {
    this.#source.afterCommit(work)
  }

  /** See `CallbackContext`. @throws PluginError CALLBACK_ANSWER_TOO_LONG */
  answer(text: string, options: Omit<PressAnswer, 'text'> = {}): void {
    if (text.length > longestAnswer) {
      throw new PluginError(
        'CALLBACK_ANSWER_TOO_LONG',
        `ctx.answer() got a text of ${text.length} characters, and Telegram shows ${longestAnswer}. Send a message instead.`,
      )
    }
    this.#pendingAnswer = { ...options, text }
  }

  override answerCbQuery(...args: Parameters<Context['answerCbQuery']>): Promise<true> {
    this.#isAnswered = true
    return super.answerCbQuery(...args)
  }

  override answerGameQuery(...args: Parameters<Context['answerGameQuery']>): Promise<true> {
    this.#isAnswered = true
    return super.answerGameQuery(...args)
  }

  /** Whether a handler has answered the press itself. */
  get isAnswered(): boolean {
    return this.#isAnswered
  }

  /** What the press is answered with when the update is committed. */
  get pendingAnswer(): PressAnswer | undefined {
    return this.#pendingAnswer
  }

  get t(): Translate {
    return this.#source.texts.translator(this.#plugin?.name ?? coreTextsOwner, this.language)
  }

  /** Core's texts in the language of this update. */
  get coreTexts(): Translate<CoreVariables> {
    return this.#source.texts.core(this.language)
  }

  get language(): string {
    this.#language ??= this.#source.texts.nearest(this.from?.language_code)
    return this.#language
  }

  set language(language: string) {
    this.#language = this.#source.texts.nearest(language)
  }

  /** What state and conversations draw on. */
  get stateSource(): StateSource {
    this.#stateSource ??= this.#source.state()
    return this.#stateSource
  }

  /** The plugin that handles now; `undefined` outside of one. */
  get plugin(): ContextPlugin | undefined {
    return this.#plugin
  }

  /** Which part of the plugin handles now: `/remind`, `callback rate`, `handlers`, `middleware`. */
  get handler(): string | undefined {
    return this.#handler
  }

  /** Gives the handler of a command what the message says of it. One by one: `Object.assign` takes a tenth of the whole way to the handler. */
  setCommand({ command, payload, args }: ParsedCommand): void {
    this.command = command
    this.payload = payload
    this.args = args
  }

  /** Speaks for this part of this plugin from now on. */
  enter(plugin: ContextPlugin | undefined, handler: string | undefined): void {
    this.#plugin = plugin
    this.#handler = handler
  }

  /** The update's kind and id alone: people's messages and the token stay out of logs. */
  toJSON(): object {
    return { updateId: this.update.update_id, updateType: this.updateType }
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `UpdateContext ${JSON.stringify(this.toJSON())}`
  }
}
