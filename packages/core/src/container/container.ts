/** The services of an app in Awilix: app services built at boot, a scope for each update that asks for services. */
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
import { needsOf, type ServiceReach, servicesOf, type TranslateOf } from '../telegram/plugin-services.js'
import type { StateSource } from '../telegram/state-source.js'
import { ExtensionRegistry } from './extensions.js'

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

// A symbol, so that no service can have the name.
const stateSource = Symbol('stateSource')

/** The container of one app. */
export class ServiceContainer {
  readonly #root: AwilixContainer
  readonly #extensions = new ExtensionRegistry()
  // Made once: a scope is opened for each update, and most of them ask for no extension.
  readonly #updateExtensions = asFunction((services: object) =>
    this.#extensions.ofUpdate(this.#root.cradle, services),
  ).scoped()

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
      this.#root.register(
        name,
        asState(name, registration, owner) ?? asResolver(registration, owner, 'scoped'),
      )
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
    const scope = this.#root.createScope()
    scope.register({
      logger: asFunction(source.logger).scoped(),
      session: asValue(source.session),
      outbox: asValue(source.outbox),
      extensions: this.#updateExtensions,
      [stateSource]: asFunction(source.state).scoped(),
    })
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

/** The resolver of what `defineState` made; `undefined` for any other service. */
function asState(
  name: string,
  registration: ServiceRegistration,
  owner: ServiceOwner,
): Resolver<unknown> | undefined {
  const definition = stateDefinitionOf(registration)
  if (definition === undefined) return undefined
  const state = { plugin: owner.name, name, definition }
  return asFunction((services: { [stateSource]: StateSource }) => {
    return new BoundState(state, services[stateSource])
  }).scoped()
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

/** What a plugin's services see under names of their own: its options, its texts, and a logger with its name on each line. */
function localsOf(owner: ServiceOwner, container: AwilixContainer): object {
  let logger: Logger | undefined
  return {
    options: owner.options,
    get translate() {
      return container.resolve<TranslateOf>('translate')(owner.name)
    },
    get logger() {
      logger ??= container.resolve<Logger>('logger').child({ plugin: owner.name })
      return logger
    },
  }
}

const isClass = (registration: ServiceRegistration): registration is ServiceClass =>
  typeof registration === 'function'

const isBuildResolver = (
  resolver: Resolver<unknown>,
): resolver is BuildResolver<unknown> & Resolver<unknown> => 'inject' in resolver
