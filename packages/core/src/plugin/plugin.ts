/** Joins a contract and a behaviour to a plugin factory, and carries both to the app without showing them in the public type. */
import type { z } from 'zod'
import { PluginError } from '../errors.js'
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
 * @throws PluginError PLUGIN_SHAPE: the first argument is no contract, or the second no object.
 */
export function definePlugin<C extends AnyContract, D = {}>(
  contract: C,
  behaviour: Behaviour<C, D>,
): C extends Contract<infer N, infer F, infer S, infer A, infer U, infer V>
  ? PluginFactory<N, F[number]['pluginName'], A, U, PluginArgs<S>, V>
  : never {
  assertContract(contract)
  assertBehaviour(contract.name, behaviour)
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

function assertContract(contract: unknown): void {
  if (typeof contract === 'object' && contract !== null && Array.isArray((contract as AnyContract).requires))
    return
  const found =
    contract === null || typeof contract !== 'object' ? String(contract) : 'an object of another form'
  throw new PluginError(
    'PLUGIN_SHAPE',
    `definePlugin() was given ${found} in place of a contract. Write: definePlugin(defineContract({ name: '…' }), { … }). Where it is undefined, two files import each other.`,
  )
}

function assertBehaviour(name: string, behaviour: unknown): void {
  if (typeof behaviour === 'object' && behaviour !== null) return
  throw new PluginError(
    'PLUGIN_SHAPE',
    `Plugin "${name}": definePlugin() was given ${String(behaviour)} as what the plugin does; it must be an object, if an empty one.`,
  )
}
