/** Conversations: questions to one person in one chat, each waiting for its answer, kept in the database between two messages. */
import type { User } from 'telegraf/types'
import type { z } from 'zod'
import type { Duration } from '../config/duration.js'
import { PluginError } from '../errors.js'
import { BoundContext, type ConversationHost, type UpdateExtension } from '../telegram/context.js'
import type { Answer, AnswerIssue } from './answers.js'
import type { HandlerContext } from './contexts.js'
import type { AnyContract } from './contract.js'

/** The context of a conversation's functions. */
export type ConversationContext<C extends AnyContract> = HandlerContext<C> & {
  /** Whose conversation it is. */
  readonly from: User
}

/** Where a step goes: to another one, to the end, or away. */
type Onward<Names extends string> = Names | 'done' | 'cancel'

/** A question and what becomes of its answer. */
// To do and to go are two parts because TypeScript takes `return 'next'` of an async function for any text.
export interface Step<C extends AnyContract, D, V, Names extends string> {
  /** Asks. */
  ask(ctx: ConversationContext<C>, data: D): unknown
  /** What counts as an answer, and how it is checked. */
  readonly answer: Answer<V>
  /** Says what is wrong with an answer; the step goes on waiting. @default asks again */
  invalid?(ctx: ConversationContext<C>, issues: readonly AnswerIssue[], data: D): unknown
  /** Does something with an answer that is right. What it changes in `data` is kept for the steps that follow. */
  accept?(ctx: ConversationContext<C>, value: V, data: D): unknown
  /** Where to go then: the name of a step (of the same one to ask again), `done` or `cancel`; or a function that says so. */
  readonly next:
    | Onward<Names>
    | ((ctx: ConversationContext<C>, value: V, data: D) => Onward<Names> | Promise<Onward<Names>>)
}

/** What is kept must fit its schema again. */
type KeepableData<S extends z.ZodType> =
  z.output<S> extends z.input<S> ? unknown : { cannotBeKept: 'what the schema gives does not fit it again' }

/** What `defineConversation` takes. `V` is what the answer of each step gives. */
export interface ConversationDefinition<C extends AnyContract, S extends z.ZodType, V> {
  /** What is kept from step to step: a zod object, at most 16 KB of JSON. @default none */
  readonly data?: S & KeepableData<S>
  /** How long a question waits, by the database's clock; each answer counts it anew. Afterwards the person is in no conversation any more, and is not told. @default '1h' */
  readonly expiresAfter?: Duration
  /** By name; the first one begins. Names are letters, digits, _ and -, and begin with a letter. */
  readonly steps: { readonly [K in keyof V]: Step<C, z.output<S>, V[K], Extract<keyof V, string>> }
  /** Runs when a step went on to `done`; the conversation has ended by then. */
  done?(ctx: ConversationContext<C>, data: z.output<S>): unknown
  /** Runs when the person has sent /cancel, or a step went on to `cancel`. @default says "Cancelled." */
  cancelled?(ctx: ConversationContext<C>, data: z.output<S>): unknown
  /** Runs when an answer comes to a step that the code no longer has, or whose data no longer fit. @default says so and asks to start again */
  lost?(ctx: ConversationContext<C>): unknown
}

/** A conversation of a plugin, to stand in `conversations` of its behaviour. */
export interface Conversation<C extends AnyContract = AnyContract, I = any> {
  readonly name: string
  /**
   * Asks the first question of the person who has sent this update, in this chat. Another conversation that the person
   * has in this chat ends without a word.
   *
   * @throws PluginError CONVERSATION_UNKNOWN: no plugin of the app has it. STATE_OWNER: the update has no chat or no
   * person. STATE_VALUE: the data do not fit. Nothing was asked.
   */
  start(ctx: AnyContext, ...data: {} extends I ? [data?: I] : [data: I]): Promise<void>
  /** Ends it without a word where the person is in it; says whether. */
  cancel(ctx: AnyContext): Promise<boolean>
  /** Only for the compiler. @internal */
  readonly '~contract'?: C
}

type AnyContext = UpdateExtension<object, unknown>

/** A conversation as core knows it. @internal */
export interface DefinedConversation {
  readonly contract: AnyContract
  readonly name: string
  readonly definition: ConversationDefinition<AnyContract, z.ZodType, Record<string, unknown>>
}

const definitionKey = Symbol.for('@hello/core/conversation-definition')

/** Finds what `defineConversation` was given; `undefined` for anything else. @internal */
export function definedConversation(value: unknown): DefinedConversation | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  return (value as Record<symbol, DefinedConversation | undefined>)[definitionKey]
}

/**
 * Defines a conversation, typed against the plugin's contract. Pure; put it in `conversations` of the behaviour.
 *
 * @param name lower-case words joined by hyphens; with the plugin's name it is kept while the conversation waits, so it
 * stays as it is
 * @example
 * ```ts
 * const naming = defineConversation(contract, 'naming', {
 *   data: z.object({ name: z.string().optional() }),
 *   steps: {
 *     name: {
 *       ask: (ctx) => ctx.outbox.reply('What shall I call you?'),
 *       answer: textAnswer(z.string().trim().min(1).max(40)),
 *       accept: (_ctx, name, data) => {
 *         data.name = name
 *       },
 *       next: 'done',
 *     },
 *   },
 *   done: (ctx, { name }) => ctx.outbox.reply(`Nice to meet you, ${name}!`),
 * })
 * // in a command: await naming.start(ctx)
 * ```
 */
export function defineConversation<
  C extends AnyContract,
  V extends Record<string, unknown>,
  S extends z.ZodType = z.ZodType<{}, {}>,
>(contract: C, name: string, definition: ConversationDefinition<C, S, V>): Conversation<C, z.input<S>> {
  const conversation: Conversation<C> = {
    name,
    start: async (ctx, data?) => {
      const { host, bound } = hostOf(ctx, name)
      await host.start(bound, conversation, data)
    },
    cancel: async (ctx) => {
      const { host, bound } = hostOf(ctx, name)
      return host.cancel(bound, conversation)
    },
  }
  return Object.freeze(Object.assign(conversation, { [definitionKey]: { contract, name, definition } }))
}

/** @throws PluginError CONVERSATION_UNKNOWN */
function hostOf(ctx: unknown, name: string): { host: ConversationHost; bound: BoundContext } {
  const host = ctx instanceof BoundContext ? ctx.conversations : undefined
  if (host !== undefined) return { host, bound: ctx as BoundContext }
  throw conversationUnknown(name)
}

/** A conversation that no plugin of the app has. */
export function conversationUnknown(name: string): PluginError {
  return new PluginError(
    'CONVERSATION_UNKNOWN',
    `The conversation "${name}" belongs to no plugin of this app, so nobody would take its answers. Put it in conversations of its plugin's behaviour, and start it with the context of an update.`,
  )
}
