/** The services of an app: those of the app built by Awilix at boot, those of an update in a scope of its own. */
import {
  type AwilixContainer,
  asFunction,
  asValue,
  type BuildResolver,
  createContainer,
  InjectionMode,
  type Resolver,
} from 'awilix/browser'
import { PluginError } from '../errors.js'
import type { Logger } from '../logger.js'
import type { Contribution } from '../plugin/extension.js'
import type { AppServices, ServiceClass, ServiceRegistration, UpdateServices } from '../plugin/services.js'
import { stateDefinitionOf } from '../plugin/state.js'
import { BoundState } from '../state/bound-state.js'
import {
  isService,
  needsOf,
  type ServiceReach,
  servicesOf,
  type TranslateOf,
} from '../telegram/plugin-services.js'
import type { StateSource } from '../telegram/state-source.js'
import { ExtensionRegistry } from './extensions.js'
import { type ScopedBuild, UpdateScope } from './update-scope.js'

/** A plugin's share of the container. */
export interface ServiceOwner {
  readonly name: string
  readonly reach: ServiceReach
  readonly options: unknown
  readonly appServices: Readonly<Record<string, ServiceRegistration>>
  readonly updateServices: Readonly<Record<string, ServiceRegistration>>
  readonly contributions: readonly Contribution[]
}

/** The services of one update, and its logger, made when first asked for. */
export interface ScopeSource extends Omit<UpdateServices, 'extensions'> {
  readonly logger: () => Logger
  readonly state: () => StateSource
}

/** Names that core gives; a plugin's service cannot have them. */
export const reservedServiceNames: ReadonlySet<string> = new Set([
  'logger',
  'telegram',
  'database',
  'http',
  'commands',
  'gauges',
  'extensions',
  'session',
  'outbox',
  'options',
  'translate',
] satisfies (keyof AppServices | keyof UpdateServices | 'options' | 'translate')[])

// Symbols, so that no service can have the names.
const stateSource = Symbol('stateSource')
const scopeSource = Symbol('scopeSource')

const sourceOf = (scope: UpdateScope) => scope.resolve(scopeSource) as ScopeSource

/** The container of one app. */
export class ServiceContainer {
  readonly #root: AwilixContainer
  readonly #extensions = new ExtensionRegistry()
  /** What each scope builds for itself, when it is asked for. */
  readonly #scoped = new Map<string | symbol, ScopedBuild>()

  constructor(core: Omit<AppServices, 'extensions'>, translate: TranslateOf) {
    this.#root = createContainer({ injectionMode: InjectionMode.PROXY, strict: true })
    this.#root.register({
      logger: asValue(core.logger),
      telegram: asValue(core.telegram),
      database: asValue(core.database),
      http: asValue(core.http),
      commands: asValue(core.commands),
      gauges: asValue(core.gauges),
      translate: asValue(translate),
      extensions: asValue(this.#extensions.ofApp(this.#root.cradle)),
    })
    this.#scoped.set('extensions', ({ cradle }) => this.#extensions.ofUpdate(this.#root.cradle, cradle))
    this.#scoped.set('logger', (scope) => sourceOf(scope).logger())
    this.#scoped.set(stateSource, (scope) => sourceOf(scope).state())
  }

  /** The app services as a plugin sees them, by name. */
  appServicesOf(reach: ServiceReach): object {
    return servicesOf(this.#root.cradle, reach)
  }

  /** Runs the disposers that authors gave to their app services. */
  dispose(): Promise<void> {
    return this.#root.dispose()
  }

  /**
   * Registers a plugin's services and builds its app services, so that a missing need shows at boot and not in an update.
   *
   * @throws PluginError SERVICE_FAILED: names plugin and service; the way that was walked stands in the cause.
   */
  add(owner: ServiceOwner): void {
    for (const [name, registration] of Object.entries(owner.appServices)) {
      this.#root.register(name, asResolver(registration, owner, 'singleton'))
    }
    for (const [name, registration] of Object.entries(owner.updateServices)) {
      // Awilix knows of it, to refuse an app service that asks for it.
      this.#root.register(name, asResolver(registration, owner, 'scoped'))
      this.#scoped.set(name, scopedBuild(name, registration, owner))
    }
    for (const name of Object.keys(owner.appServices)) this.#build(owner.name, name)
    this.#extensions.add(owner)
  }

  /** Every plugin is added: what they contribute may be asked for. */
  complete(): void {
    this.#extensions.complete()
  }

  /** The services that one update can reach. */
  createScope(source: ScopeSource): object {
    const scope = new UpdateScope(this.#root, this.#scoped)
    scope.set(scopeSource, source)
    scope.set('session', source.session)
    scope.set('outbox', source.outbox)
    return scope.cradle
  }

  #build(plugin: string, service: string): void {
    let built: unknown
    try {
      built = this.#root.resolve(service)
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new PluginError(
        'SERVICE_FAILED',
        `Plugin "${plugin}": its app service "${service}" could not be built: ${reason}`,
        { cause },
      )
    }
    // A plugin's own `start` is where it may wait; whoever asked for the service would get a promise in its place.
    if (!(built instanceof Promise)) return
    built.catch(() => undefined)
    throw new PluginError(
      'SERVICE_FAILED',
      `Plugin "${plugin}": its app service "${service}" is a promise, and services are built without waiting. Build it without I/O, and do what takes time in "start".`,
    )
  }
}

/** Builds a service of a unit of work: what `defineState` made, a class, or what a resolver of Awilix gives. */
function scopedBuild(name: string, registration: ServiceRegistration, owner: ServiceOwner): ScopedBuild {
  const definition = stateDefinitionOf(registration)
  if (definition !== undefined) {
    const state = { plugin: owner.name, name, definition }
    return (scope) => new BoundState(state, scope.resolve(stateSource) as StateSource)
  }
  if (isClass(registration)) {
    const needs = scopedNeedsOf(owner)
    return (scope) => new registration(new Proxy(scope, needs))
  }
  // Without an injector, which would list every service there is.
  const resolver = { ...registration, injector: undefined }
  return (scope) => resolver.resolve(scope.asContainer(localsOf(owner, scope)))
}

function asResolver(
  registration: ServiceRegistration,
  owner: ServiceOwner,
  lifetime: 'singleton' | 'scoped',
): Resolver<unknown> {
  const resolver = isClass(registration)
    ? asFunction((needs: object) => new registration(needsOf(needs, owner.reach)))
    : registration
  // A value has no lifetime: it is what it is.
  if (!isBuildResolver(resolver)) return resolver
  return resolver[lifetime]().inject((container: AwilixContainer) => localsOf(owner, container))
}

/** What a service class of a unit of work may ask for. One for each plugin: it is asked with every update. */
function scopedNeedsOf(owner: ServiceOwner): ProxyHandler<UpdateScope> {
  const { name: plugin, reach, options } = owner
  return {
    get(scope, name) {
      if (name === 'options') return options
      if (name === 'logger') return (scope.resolve(name) as Logger).child({ plugin })
      if (name === 'translate') return (scope.resolve(name) as TranslateOf)(plugin)
      return isService(name, reach) ? scope.resolve(name) : undefined
    },
  }
}

/** What a plugin's services see under names of their own: its options, its texts, and a logger with its name on each line. */
function localsOf(owner: ServiceOwner, container: { resolve(name: string): unknown }): object {
  let logger: Logger | undefined
  return {
    options: owner.options,
    get translate() {
      return (container.resolve('translate') as TranslateOf)(owner.name)
    },
    get logger() {
      logger ??= (container.resolve('logger') as Logger).child({ plugin: owner.name })
      return logger
    },
  }
}

const isClass = (registration: ServiceRegistration): registration is ServiceClass =>
  typeof registration === 'function'

const isBuildResolver = (
  resolver: Resolver<unknown>,
): resolver is BuildResolver<unknown> & Resolver<unknown> => 'inject' in resolver
