/** What a plugin does, typed against its contract: middleware, commands, callbacks, handlers and its life. */
import type { Composer } from 'telegraf'
import type { Update } from 'telegraf/types'
import type { UpdateContext } from '../telegram/context.js'
import type { Translate } from '../texts/define-texts.js'
import type { AnyCallbackData } from './callback-data.js'
import type { AddCliCommand, CliCommand } from './cli.js'
import type { CommandScope } from './command-scope.js'
import type { CallbackContext, CommandContext, HandlerFailure } from './contexts.js'
import type { AnyContract, AppServicesOf, OptionsOf, TextsOf, UpdateServicesOf } from './contract.js'
import type { Conversation } from './conversation.js'
import type { DeliveryEvents } from './delivery-events.js'
import type { Contribution, Extension, ExtensionScope } from './extension.js'
import type { GuardsOf } from './guard.js'
import type { Job } from './job.js'
import type { Route, RouteBuilder } from './routes.js'

type MaybePromise = void | Promise<void>

type KeysOf<U> = U extends unknown ? keyof U : never

/** A kind of update, such as `message` or `callback_query` (Bot API, Update). Kinds newer than telegraf's types are taken as text. */
export type UpdateKind = Exclude<KeysOf<Update>, 'update_id'> | (string & {})

/** Handlers as telegraf knows them, put on a `Composer` once, before the first update. */
export interface Installation<C extends AnyContract> {
  /** The kinds of update that it listens to. Telegram sends only the kinds that some plugin names. */
  readonly updates: readonly UpdateKind[]
  /** Puts the handlers on the composer. Called once at boot. */
  install(
    bot: Composer<UpdateContext<UpdateServicesOf<C>, OptionsOf<C>, TextsOf<C>>>,
    options: OptionsOf<C>,
  ): void
}

/** Handlers of what no command or callback has answered. */
export interface Handlers<C extends AnyContract> extends Installation<C> {
  /** Who may use them; all must admit. Whom they do not admit passes these handlers by, and nothing is said. @default everybody */
  readonly guards?: GuardsOf<C>
}

/** Every {@link CommandUpdate}. @internal */
export const commandUpdates = ['message', 'edited_message', 'channel_post', 'edited_channel_post'] as const

/** A kind of message that may carry a command. */
export type CommandUpdate = (typeof commandUpdates)[number]

/** A text, one for each language (`{ en: 'Say hello', ru: 'Поздороваться' }`), or one of the plugin's texts: `(t) => t('start')`. */
export type CommandDescription<V = any> =
  | string
  | Readonly<Record<string, string>>
  | ((t: Translate<V>) => string)

/** One command of a plugin. */
export interface Command<C extends AnyContract> {
  /** What the menu and `/help` say: 1–256 characters. Of several languages the app's default stands in for all others. */
  readonly description: CommandDescription<TextsOf<C>>
  /** Where it is answered. @default ['message'] */
  readonly updates?: readonly CommandUpdate[]
  /** In whose menus it stands; `/help` lists it in the same chats. It is answered everywhere: only a guard refuses. @default ['default'] */
  readonly scopes?: readonly CommandScope[]
  /** Whether menus and `/help` leave it out. @default false */
  readonly hidden?: boolean
  /** Who may use it; all must admit, in order. Others are told what the guard has to say, and it goes no further. @default everybody */
  readonly guards?: GuardsOf<C>
  /** Answers it. A command that is answered goes no further. */
  handle(ctx: CommandContext<C>): unknown
}

/** One kind of button of a plugin. Its data is `prefix` or `prefix:payload`. */
export interface Callback<C extends AnyContract, D = undefined> {
  /** What `defineCallbackData` made under this prefix. The handler has its values in `ctx.data`; a button that is out of date never gets to it. @default the payload is a text */
  readonly data?: D
  /** Who may use it; all must admit, in order. Others are shown what the guard has to say, and it goes no further. @default everybody */
  readonly guards?: GuardsOf<C>
  /** Answers the press. It goes no further. The button stops waiting when the update is committed; `ctx.answer(text)` says what is shown then. */
  readonly handle: (ctx: CallbackContext<C, D>) => unknown
}

/** Makes a contribution: `build` gets the services of the contributing plugin, within its reach. */
export type Contribute<C extends AnyContract> = <T, S extends ExtensionScope>(
  extension: Extension<T, S>,
  build: (
    services: S extends 'app' ? AppServicesOf<C> : UpdateServicesOf<C>,
    options: OptionsOf<C>,
  ) => NoInfer<T>,
) => Contribution

/** All that a plugin does. Every part is optional. */
export interface Behaviour<C extends AnyContract, D = Record<string, any>> {
  /** Sees every update before any command or handler: bans, tracking, language, telegraf's session and scenes. It passes on with `next()`. */
  readonly middleware?: Omit<Installation<C>, 'updates'> & Partial<Pick<Installation<C>, 'updates'>>
  /** By name without the slash: 1–32 of a–z, 0–9 and _. */
  readonly commands?: Readonly<Record<string, Command<C>>>
  /** By prefix of the button's data: 1–32 of a–z, 0–9, _ and -. What begins with `hello_` is core's. */
  readonly callbacks?: { readonly [P in keyof D]: Callback<C, D[P]> & Prefixed<P, D[P]> }
  /** Sees what no command, callback or conversation has answered, in the order of `requires`; it passes on with `next()`. */
  readonly handlers?: Handlers<C>
  /** Background work by name: 1–40 of a–z, 0–9 and -. One instance at a time runs it. */
  readonly jobs?: Readonly<Record<string, Job<C>>>
  /** What `defineConversation` made with this contract. An active one takes the answer that no command or callback has taken. */
  readonly conversations?: readonly Conversation<C>[]
  /**
   * What a person is told when one of its handlers fails, at most 4096 characters; `false`: nothing. It is said in private
   * chats, and elsewhere where a command or a button was meant for the bot. @default an apology with the number of the update
   */
  errorText?(failure: HandlerFailure<C>): string | false
  /**
   * What it does when a message of the outbox has its end, by the name of the event. All of it is in one transaction
   * with the mark of that end, so that what it writes is there exactly once. Where it throws, what it wrote is undone
   * and logged, and the end stands. The events of one chat come in their order.
   */
  readonly events?: DeliveryListeners<C>
  /** What it hands to the extension points of other plugins: `(contribute) => [contribute(adminPages, () => ({ … }))]`. Called once at boot. */
  contributions?(contribute: Contribute<C>): readonly Contribution[]
  /** HTTP routes on PORT. Called once, before anything is opened. */
  routes?(route: RouteBuilder<C>, options: OptionsOf<C>): readonly Route[]
  /** Commands of `hello`, called as `hello <plugin> <command>`: `(command) => [command('export', { … })]`. Called when the command line asks for them. */
  cli?(command: AddCliCommand<C>): readonly CliCommand[]
  /** Runs after the required plugins have started and before any update. Where it throws, what had started is stopped. */
  start?(services: AppServicesOf<C>, options: OptionsOf<C>): MaybePromise
  /** Runs when the intake is closed and the running updates are done: finish what is under way. What it puts in the outbox still leaves, and every plugin is still there. Only where every plugin had started. */
  drain?(services: AppServicesOf<C>, options: OptionsOf<C>): MaybePromise
  /** Runs before the required plugins stop. Only what started is stopped. */
  stop?(services: AppServicesOf<C>, options: OptionsOf<C>): MaybePromise
}

/** What a plugin does at the events of {@link DeliveryEvents}, by their names. */
export type DeliveryListeners<C extends AnyContract> = {
  readonly [Name in keyof DeliveryEvents]?: (
    event: DeliveryEvents[Name],
    services: UpdateServicesOf<C>,
    options: OptionsOf<C>,
  ) => MaybePromise
}

/** A callback stands under the prefix of its data. */
type Prefixed<P, D> = D extends AnyCallbackData ? { readonly data: { readonly prefix: P } } : {}

/** The names of all parts of a {@link Behaviour}; anything else is refused at boot. */
export const behaviourParts = [
  'middleware',
  'commands',
  'callbacks',
  'conversations',
  'handlers',
  'routes',
  'cli',
  'jobs',
  'errorText',
  'events',
  'contributions',
  'start',
  'drain',
  'stop',
] as const satisfies readonly (keyof Behaviour<AnyContract>)[]
