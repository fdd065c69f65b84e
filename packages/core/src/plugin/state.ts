/** Typed state: what a bot remembers of a chat, a person, or a person in a chat, for a while. It is an update service like any other. */
import { asFunction, type Resolver } from 'awilix/browser'
import type { z } from 'zod'
import type { Duration } from '../config/duration.js'
import { PluginError } from '../errors.js'
import type { StateOwner } from '../telegram/state-source.js'

/** Whose a state is: a chat's (with all who are in it), a person's (in all chats), or a person's in one chat. */
export const stateScopes = ['chat', 'person', 'personInChat'] as const

/** One of `stateScopes`. */
export type StateScope = (typeof stateScopes)[number]

/** What is kept must be what was given: a schema that turns one type into another would refuse on reading what it wrote. */
type Keepable<S extends z.ZodType> =
  z.output<S> extends z.input<S> ? unknown : { cannotBeKept: 'what the schema gives does not fit it again' }

/** What `defineState` takes. */
export interface StateDefinition<S extends z.ZodType = z.ZodType> {
  /** Whose it is. */
  readonly per: StateScope
  /** What it holds: anything that is the same after JSON, at most 16 KB of it. */
  readonly schema: S
  /** How long after the last write it is forgotten, such as `10m`, `48h` or `30d`, by the database's clock. @default never */
  readonly expiresAfter?: Duration
  /** What `get` and `update` have where nothing is kept. @default undefined */
  readonly initial?: z.output<S>
  /** Makes of a value that an earlier version kept, and that does not fit the schema, one that does. Without it, or where its result does not fit either, the value counts as absent. */
  readonly upgrade?: (kept: unknown) => unknown
}

/**
 * A state of the chat or the person whose update is handled. It belongs to the update's unit of work: a handler that
 * throws leaves it as it was. It costs one query for each call, and none where it is not asked for.
 *
 * Every method throws PluginError STATE_OWNER where the update has no such chat or person.
 */
export interface State<T, Absent = undefined> {
  /** What is kept; the initial value, else `undefined`, where nothing is or it has expired. */
  get(): Promise<T | Absent>
  /**
   * Keeps a value and counts its time anew. Where two updates write at the same time, the later one stays.
   *
   * @throws PluginError STATE_VALUE, STATE_TOO_LARGE: nothing was written.
   */
  set(value: T): Promise<void>
  /**
   * Reads, changes and writes; who else updates the same state waits until this unit of work has ended. Take it where a
   * person may write in two chats at once. Where `change` gives `undefined`, the state is cleared.
   *
   * @returns what `change` gave
   * @throws PluginError as `set`
   */
  update<R extends T | undefined>(change: (value: T | Absent) => R | Promise<R>): Promise<R>
  /** Forgets it. */
  clear(): Promise<void>
  /** The same state of somebody else, or where no update is: in a job, a route or `app.unit`. */
  of(owner: StateOwner): State<T, Absent>
}

/** What `defineState` gives: it stands in `updateServices` of a contract. */
export interface StateRegistration<T = any, Absent = any> extends Resolver<State<T, Absent>> {
  /** Only for the compiler. @internal */
  readonly '~state': true
}

/**
 * Defines a state, to stand in `updateServices` of a contract; its name there is its name in the database as well.
 *
 * @example
 * ```ts
 * updateServices: {
 *   draft: defineState({ per: 'personInChat', schema: z.object({ text: z.string() }), expiresAfter: '1h' }),
 * }
 * // in a handler
 * const draft = await ctx.services.draft.get()
 * ```
 */
export function defineState<S extends z.ZodType>(
  definition: StateDefinition<S> & { readonly schema: S & Keepable<S>; readonly initial: z.output<S> },
): StateRegistration<z.output<S>, never>
export function defineState<S extends z.ZodType>(
  definition: StateDefinition<S> & { readonly schema: S & Keepable<S>; readonly initial?: undefined },
): StateRegistration<z.output<S>, undefined>
export function defineState(definition: StateDefinition): StateRegistration {
  const resolver = asFunction((): never => {
    throw new PluginError(
      'STATE_INVALID',
      'A state was registered where core does not see it. Put what defineState() gives directly into updateServices.',
    )
  })
  return Object.assign(resolver, { '~state': true as const, [definitionKey]: definition })
}

const definitionKey = Symbol.for('@hello/core/state-definition')

/** Finds what `defineState` was given; `undefined` for any other service. @internal */
export function stateDefinitionOf(registration: unknown): StateDefinition | undefined {
  if (typeof registration !== 'object' || registration === null) return undefined
  return (registration as Record<symbol, StateDefinition | undefined>)[definitionKey]
}
