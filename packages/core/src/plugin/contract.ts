/** A plugin's contract: what it needs and what it gives. Its behaviour is typed against it, so neither the order of keys nor a handler in another file matters. */
import type { ModelCtor } from 'sequelize-typescript'
import type { z } from 'zod'
import type { Migration } from '../migrations/migration.js'
import type { Texts, Translate } from '../texts/define-texts.js'
import type { AppServices, Instances, Reachable, ServiceRegistration, UpdateServices } from './services.js'

/** A plugin with its options, as it stands in the list of `createApp`. Made by calling a {@link PluginFactory}. */
export interface Plugin<N extends string = string, D extends string = string, A = {}, U = {}, V = {}> {
  /** As its contract has it. */
  readonly name: N
  /** Names of the plugins that it requires. */
  readonly requires: readonly D[]
  /** Only for the compiler. @internal */
  readonly '~app'?: A
  /** Only for the compiler. @internal */
  readonly '~update'?: U
  /** Only for the compiler. @internal */
  readonly '~texts'?: V
}

/** What `definePlugin` gives: call it with the plugin's options to get a {@link Plugin}, or name it in `requires`. */
export interface PluginFactory<
  N extends string = string,
  D extends string = string,
  A = {},
  U = {},
  Args extends unknown[] = any[],
  V = {},
> {
  (...args: Args): Plugin<N, D, A, U, V>
  /** The name that its contract has. */
  readonly pluginName: N
}

/** Any plugin factory, whatever it gives. */
export type AnyPluginFactory = PluginFactory<any, any, any, any, any, any>

type Intersect<U> = (U extends unknown ? (u: U) => void : never) extends (i: infer I) => void ? I : never
type Simplify<T> = { [K in keyof T]: T[K] } & {}

type AppOf<F extends readonly AnyPluginFactory[]> = F extends readonly []
  ? {}
  : Intersect<
      { [K in keyof F]: F[K] extends PluginFactory<any, any, infer A, any, any, any> ? A : never }[number]
    >

type UpdateOf<F extends readonly AnyPluginFactory[]> = F extends readonly []
  ? {}
  : Intersect<
      { [K in keyof F]: F[K] extends PluginFactory<any, any, any, infer U, any, any> ? U : never }[number]
    >

/** What `defineContract` gives: each part as in {@link ContractDefinition}, with empty ones where it was left out. */
export interface Contract<
  N extends string,
  F extends readonly AnyPluginFactory[],
  S extends z.ZodType | undefined,
  A,
  U,
  V = {},
> {
  readonly name: N
  readonly version?: string
  readonly core?: string
  readonly requires: F
  readonly options: S
  readonly appServices: Readonly<Record<string, ServiceRegistration>>
  readonly updateServices: Readonly<Record<string, ServiceRegistration>>
  readonly models: readonly ModelCtor[]
  readonly migrations: readonly Migration[]
  readonly texts: Texts<V> | undefined
  /** Only for the compiler. @internal */
  readonly '~app'?: A
  /** Only for the compiler. @internal */
  readonly '~update'?: U
}

/** Any contract. */
export type AnyContract = Contract<any, any, any, any, any, any>

/** The options of a contract after validation; `undefined` where it has none. */
export type OptionsOf<C> =
  C extends Contract<any, any, infer S, any, any, any>
    ? S extends z.ZodType
      ? z.output<S>
      : undefined
    : never

/** The keys of a contract's texts, and the names of the values that each takes. */
export type TextsOf<C> = C extends Contract<any, any, any, any, any, infer V> ? V : never

/** What core gives to each plugin in words of its own. */
interface OwnServices<V> {
  /** The plugin's texts in a language: for a job, a route, whatever has no `ctx.t`. @default the app's language */
  readonly translate: (language?: string) => Translate<V>
}

/** The services that exist as long as the app does: core's, the plugin's own and those of the plugins it requires. */
export type AppServicesOf<C> =
  C extends Contract<any, infer F, any, infer A, any, infer V>
    ? Simplify<AppServices & OwnServices<V> & AppOf<F> & A>
    : never

/** The services that can be reached while an update is handled. */
export type UpdateServicesOf<C> =
  C extends Contract<any, infer F, any, infer A, infer U, infer V>
    ? Simplify<AppServices & UpdateServices & OwnServices<V> & AppOf<F> & UpdateOf<F> & A & U>
    : never

type OptionsOutput<S> = S extends z.ZodType ? z.output<S> : undefined

/** What a plugin needs and gives. All but `name` are optional. */
export interface ContractDefinition<
  N extends string,
  F extends readonly AnyPluginFactory[],
  S extends z.ZodType | undefined,
  A,
  U,
  V = {},
> {
  /** Lower-case words joined by hyphens, at most 40 characters; it owns the tables and services of this name. */
  name: N
  /** The plugin's own version, for people; core compares nothing with it. */
  version?: string
  /** The versions of `@hello/core` that it works with, as a semver range such as `>=0.1.0 <1`. */
  core?: string
  /** Factories, uncalled, of the plugins whose services it uses. They start before it and stop after it. @default none */
  requires?: F
  /** A zod object that its options must fit. Mark a field with `fromEnvironment` to read it from a variable. */
  options?: S
  /** Services built once, at boot, by name. The names are shared by all plugins of an app. */
  appServices?: A &
    Reachable<A, AppServices & OwnServices<V> & AppOf<F> & Instances<A> & { options: OptionsOutput<S> }>
  /** Services built anew for an update that asks for them, by name. They may ask for app services too. */
  updateServices?: U &
    Reachable<
      U,
      AppServices &
        UpdateServices &
        OwnServices<V> &
        AppOf<F> &
        UpdateOf<F> &
        Instances<A> &
        Instances<U> & { options: OptionsOutput<S> }
    >
  /** sequelize-typescript models. They are bound to each app by itself. */
  models?: readonly ModelCtor[]
  /** Imported values of `defineMigration`, in order of their names. */
  migrations?: readonly Migration[]
  /** What it says to people, made by `defineTexts`: `ctx.t('hello', { name })`. An app may override any of it. */
  texts?: Texts<V>
}

/** The parts of a contract. @internal */
export const contractParts: readonly string[] = Object.keys({
  name: true,
  version: true,
  core: true,
  requires: true,
  options: true,
  appServices: true,
  updateServices: true,
  models: true,
  migrations: true,
  texts: true,
} satisfies Record<keyof ContractDefinition<any, any, any, any, any, any>, true>)

/**
 * States what a plugin needs and gives; pure, nothing is checked before `createApp` but by the compiler.
 *
 * @example
 * ```ts
 * const contract = defineContract({ name: 'greeting', requires: [users, analytics] })
 * ```
 */
export function defineContract<
  const N extends string,
  const F extends readonly AnyPluginFactory[] = [],
  S extends z.ZodType | undefined = undefined,
  A extends Record<string, ServiceRegistration> = {},
  U extends Record<string, ServiceRegistration> = {},
  V = {},
>(definition: ContractDefinition<N, F, S, A, U, V>): Contract<N, F, S, Instances<A>, Instances<U>, V> {
  const { requires, options, appServices, updateServices, models, migrations, texts, ...rest } = definition
  return Object.freeze({
    ...rest,
    requires: requires ?? ([] as unknown as F),
    options: options as S,
    appServices: appServices ?? {},
    updateServices: updateServices ?? {},
    models: models ?? [],
    migrations: migrations ?? [],
    texts,
  })
}
