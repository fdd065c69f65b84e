/** Guards: who may use a command, a button or a handler. A guard speaks for the plugin that defines it, whoever uses it. */
import { PluginError } from '../errors.js'
import type { HandlerContext } from './contexts.js'
import type { AnyContract, Contract } from './contract.js'

/** What a guard does; `C` is the contract of the plugin that defines it. */
export interface GuardDefinition<C extends AnyContract> {
  /** What logs call it: `role admin`. */
  readonly name: string
  /** Whether the person may. Asked for each use, and by `/help` for each command; it should change nothing. Only `true` admits. */
  readonly allows: (ctx: HandlerContext<C>) => boolean | Promise<boolean>
  /**
   * What somebody is told who may not: the text that it gives is the reply to a command, and the notice of a button. It
   * may give none, and send what it likes. @default nothing is said
   */
  readonly refuse?: (
    ctx: HandlerContext<C>,
  ) => string | undefined | Promise<string | undefined> | Promise<void>
}

/** A guard, as {@link defineGuard} makes it. `N` is the plugin that defines it; `never` for one that is of none. */
export interface Guard<N extends string = never> {
  readonly name: string
  /** The plugin whose services and options it has; a plugin that uses the guard requires it. */
  readonly plugin: N | undefined
  /** What it does. @internal */
  readonly '~definition': GuardDefinition<any>
}

/** The guards that a plugin may use: core's, its own, and those of the plugins that it requires. */
export type GuardsOf<C> =
  C extends Contract<infer N, infer F, any, any, any>
    ? readonly Guard<N | F[number]['pluginName']>[]
    : readonly Guard<any>[]

type Unowned = Contract<string, readonly [], undefined, {}, {}>

/**
 * Defines a guard of a plugin, with its services and options.
 *
 * @example
 * ```ts
 * export const requireRole = (role: Role) =>
 *   defineGuard(contract, {
 *     name: `role ${role}`,
 *     allows: async (ctx) => (await ctx.services.users.roleOf(ctx.from)) === role,
 *     refuse: () => 'This is for administrators.',
 *   })
 * ```
 * @throws PluginError GUARD_INVALID: it has no name, or `allows` or `refuse` is no function.
 */
export function defineGuard<C extends AnyContract>(
  contract: C,
  definition: GuardDefinition<C>,
): Guard<C['name']>
/** Defines a guard of no plugin, with core's services alone. @throws as the other form */
export function defineGuard(definition: GuardDefinition<Unowned>): Guard
export function defineGuard(
  ...given: [AnyContract, GuardDefinition<any>] | [GuardDefinition<any>]
): Guard<string> {
  const [contract, definition] = given.length === 1 ? [undefined, given[0]] : given
  const { name, allows, refuse } = (definition ?? {}) as Partial<GuardDefinition<any>>
  if (typeof name !== 'string' || name === '')
    throw new PluginError('GUARD_INVALID', `A guard has no name: name is ${JSON.stringify(name)}.`)
  if (typeof allows !== 'function' || !['function', 'undefined'].includes(typeof refuse))
    throw new PluginError(
      'GUARD_INVALID',
      `Guard "${name}": allows must be a function, and refuse one or left out (found: ${typeof allows}, ${typeof refuse}).`,
    )
  return Object.freeze({ name, plugin: contract?.name, '~definition': definition as GuardDefinition<any> })
}

/** Whether a value is a guard. @internal */
export function isGuard(value: unknown): value is Guard<string> {
  return typeof value === 'object' && value !== null && '~definition' in value
}
