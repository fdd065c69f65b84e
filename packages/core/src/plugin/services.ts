/** The services that core itself gives to plugins, and how a class or resolver becomes the type that others see. */
import type { Resolver } from 'awilix'
import type { Telegram } from 'telegraf'
import type { GaugeReader } from '../gauges.js'
import type { HttpClient } from '../http-client.js'
import type { Logger } from '../logger.js'
import type { Outbox } from '../telegram/outbox.js'
import type { DatabaseSession, UnitRunner } from '../telegram/session.js'
import type { CommandScope } from './command-scope.js'
import type { AppExtensions, UpdateExtensions } from './extension.js'
import type { StateRegistration } from './state.js'

/** A command of the app, as a menu or `/help` shows it. */
export interface CommandEntry {
  /** Without the slash. */
  readonly name: string
  /** In the app's default language: 1–256 characters. */
  readonly description: string
  /** In a language (BCP 47), else in the app's default. */
  describe(language?: string): string
  /** In which it is described; none where it has one description for all. */
  readonly languages: readonly string[]
  /** The plugin that answers it; `core` for core's own. */
  readonly plugin: string
  /** In whose menus it stands. */
  readonly scopes: readonly CommandScope[]
  /** Whether menus and `/help` leave it out. */
  readonly isHidden: boolean
}

/** What every service and lifecycle hook may ask for. */
export interface AppServices {
  /** Logs with the plugin's name on each line. */
  readonly logger: Logger
  /** The Bot API, called now. In an update prefer `ctx.outbox`, which leaves with the transaction. */
  readonly telegram: Telegram
  /** Calls other servers, for 30 s at most unless a call says otherwise; ended with the unit of work and with the app. */
  readonly http: HttpClient
  /** Opens a unit of work where no update is: a job, a route, a start hook. */
  readonly database: UnitRunner
  /** The commands of all plugins, in the order in which the plugins start, and core's own at the end. */
  readonly commands: readonly CommandEntry[]
  /** What the app measures of itself, for a page of metrics. */
  readonly gauges: GaugeReader
  /** What other plugins contribute to the extension points of this one. */
  readonly extensions: AppExtensions
}

/** What may be asked for besides {@link AppServices} while an update is handled. */
export interface UpdateServices {
  /** The update's unit of work. */
  readonly session: DatabaseSession
  /** Messages that leave with the update's transaction. */
  readonly outbox: Outbox
  /** What other plugins contribute, with contributions that work in this unit of work. */
  readonly extensions: UpdateExtensions
}

/** A class that takes its services by name: `constructor({ session, users }: Needs)`. */
export type ServiceClass<T = unknown, Needs = any> = new (services: Needs) => T

/** What stands behind a service's name: a class, or an Awilix resolver (`asFunction`, `asValue` …). */
export type ServiceRegistration = ServiceClass | Resolver<any>

/** The services that a record of registrations gives. */
export type Instances<R> = {
  readonly [K in keyof R]: R[K] extends abstract new (
    ...args: any
  ) => infer T
    ? T
    : R[K] extends Resolver<infer T>
      ? T
      : never
}

/** The names of the services that a class asks for and cannot reach; the type of one may be another than is given. */
type Unreached<Needs, Have> = {
  [K in keyof Needs]-?: Pick<Have, K & keyof Have> extends Pick<Needs, K> ? never : K
}[keyof Needs] &
  string

/** What the compiler shows: a sentence for each service, in the words of who must act. */
type Unreachable<Name extends string, Have> = Name extends keyof Have
  ? `"${Name}" is of another type than the class asks for`
  : Name extends keyof UpdateServices
    ? `ask for "${Name}" in an update service: it is there only while an update is handled`
    : `add the plugin that gives "${Name}" to requires, or ask for it in an update service if it is one`

/**
 * Refuses a class that asks for what it cannot reach: an unknown service, or an update-scoped one
 * from an app-scoped class (a captive dependency). The compiler's message says for each what to do.
 */
export type Reachable<R, Have> = {
  [K in keyof R]: R[K] extends ServiceClass<any, infer Needs>
    ? Have extends Needs
      ? R[K]
      : { cannotReach: Unreachable<Unreached<Needs, Have>, Have> }
    : R[K] extends StateRegistration
      ? Have extends Pick<UpdateServices, 'session'>
        ? R[K]
        : { cannotReach: 'put the state in updateServices: it belongs to a unit of work' }
      : R[K]
}
