/** Joins a contract and a behaviour to a plugin factory, and carries both to the app without showing them in the public type. */
import type { z } from 'zod'
import type { Behaviour } from './behaviour.js'
import type { AnyContract, Contract, Plugin, PluginFactory } from './contract.js'

/** The arguments of a plugin factory: none without options, optional when every option is. */
export type PluginArgs<S> = S extends z.ZodType
  ? {} extends z.input<S>
    ? [options?: z.input<S>]
    : [options: z.input<S>]
  : []

/** What the app reads of a plugin. @internal */
export interface PluginDefinition {
  readonly contract: AnyContract
  readonly behaviour: Behaviour<AnyContract>
  /** The options as they were given, before validation. */
  readonly givenOptions: unknown
  /** The copy of core that made it. */
  readonly madeBy: object
}

// Registered, so that a plugin made by another installed copy of core is recognised and named instead of failing later as a riddle.
const definitionKey = Symbol.for('@hello/core/plugin-definition')

/** This copy of core. Two copies in one process cannot share plugins: their classes differ. */
export const thisCore: object = Object.freeze({})

/** Finds what `definePlugin` hid in a plugin; `undefined` for anything else. @internal */
export function definitionOf(value: unknown): PluginDefinition | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  return (value as Record<symbol, PluginDefinition | undefined>)[definitionKey]
}

/**
 * Makes a plugin of a contract and what it does. Pure: nothing runs before `app.start()`.
 *
 * @example
 * ```ts
 * export const greeting = definePlugin(contract, {
 *   commands: { start: { description: 'Say hello', handle: greet } },
 * })
 * ```
 */
export function definePlugin<C extends AnyContract, D = {}>(
  contract: C,
  behaviour: Behaviour<C, D>,
): C extends Contract<infer N, infer F, infer S, infer A, infer U, infer V>
  ? PluginFactory<N, F[number]['pluginName'], A, U, PluginArgs<S>, V>
  : never {
  const requires = contract.requires.map((factory: PluginFactory) => factory?.pluginName)
  const create = (givenOptions?: unknown): Plugin => {
    const definition: PluginDefinition = {
      contract,
      behaviour: behaviour as Behaviour<AnyContract>,
      givenOptions,
      madeBy: thisCore,
    }
    return Object.freeze({ name: contract.name, requires, [definitionKey]: definition })
  }
  return Object.assign(create, { pluginName: contract.name }) as never
}
