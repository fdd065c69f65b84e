/** The context of one update: telegraf's, built directly on the app's shared `Telegram`, with services, outbox and the unit of work on it. */
import { Context, type Telegram } from 'telegraf'
import type { Update, UserFromGetMe } from 'telegraf/types'
import type { Outbox } from './outbox.js'

/** What an update's context draws on. Services are built only when first asked for. @internal */
export interface ContextSource {
  readonly telegram: Telegram
  readonly me: UserFromGetMe
  readonly outbox: Outbox
  services(): object
  afterCommit(work: () => unknown): void
}

/** Which plugin a context speaks for at the moment. @internal */
export interface ContextPlugin {
  readonly name: string
  readonly options: unknown
}

/** telegraf's `Context` with what Hello adds. `Services` and `Options` are those of the plugin that handles. */
export class UpdateContext<Services = object, Options = unknown> extends Context {
  readonly #source: ContextSource
  #plugin: ContextPlugin | undefined
  #services: Services | undefined

  /** Made by core for each update. @internal */
  constructor(update: Update, source: ContextSource) {
    super(update, source.telegram, source.me)
    this.#source = source
  }

  /** The services that the plugin can reach; each is built when it is first asked for. */
  get services(): Services {
    this.#services ??= this.#source.services() as Services
    return this.#services
  }

  /** The options of the plugin that handles, validated. */
  get options(): Options {
    return this.#plugin?.options as Options
  }

  /** Messages that leave with the update's transaction, at least once, in order for each chat. */
  get outbox(): Outbox {
    return this.#source.outbox
  }

  /**
   * Runs `work` once the commit is certain, or when the handler has returned where no transaction was opened.
   * Its error is logged and never fails the update; it is lost with the process.
   */
  afterCommit(work: () => unknown): void {
    this.#source.afterCommit(work)
  }

  /** The plugin that handles now; `undefined` outside of one. @internal */
  get plugin(): ContextPlugin | undefined {
    return this.#plugin
  }

  /** @internal */
  enter(plugin: ContextPlugin | undefined): void {
    this.#plugin = plugin
  }

  /** Shows the update's kind and id alone: people's messages and the token stay out of logs. */
  toJSON(): object {
    return { updateId: this.update.update_id, updateType: this.updateType }
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `UpdateContext ${JSON.stringify(this.toJSON())}`
  }
}
