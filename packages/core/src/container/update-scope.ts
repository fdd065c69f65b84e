/** The services of one unit of work, each built when it is first asked for. Awilix makes a container for each scope, which costs more than the rest of an update; here a scope is a map. */
import type { AwilixContainer } from 'awilix/browser'
import { PluginError } from '../errors.js'

/** Makes a service of one unit of work. */
export type ScopedBuild = (scope: UpdateScope) => unknown

type Name = string | symbol

/** See the file's purpose. */
export class UpdateScope {
  /** The services by name, as an object. */
  readonly cradle: object
  readonly #root: AwilixContainer
  readonly #builds: ReadonlyMap<Name, ScopedBuild>
  readonly #built = new Map<Name, unknown>()
  /** Names of services that are being built, the one that was asked for first. */
  readonly #building: Name[] = []

  /**
   * @param root has what no unit of work has for itself
   * @param builds the services of a unit of work, by name
   */
  constructor(root: AwilixContainer, builds: ReadonlyMap<Name, ScopedBuild>) {
    this.#root = root
    this.#builds = builds
    this.cradle = new Proxy(this, cradle)
  }

  /** Puts in a service that is there already. */
  set(name: Name, service: unknown): void {
    this.#built.set(name, service)
  }

  /** @throws what building it throws; PluginError SERVICE_FAILED: it needs itself. */
  resolve(name: Name): unknown {
    if (this.#built.has(name)) return this.#built.get(name)
    const build = this.#builds.get(name)
    if (build === undefined) return this.#root.resolve(name)
    if (this.#building.includes(name)) throw needsItself([...this.#building, name])
    this.#building.push(name)
    try {
      const service = build(this)
      this.#built.set(name, service)
      return service
    } finally {
      this.#building.pop()
    }
  }

  /** This scope as a resolver of Awilix wants it, with what one plugin sees under names of its own. */
  asContainer(locals: object): AwilixContainer {
    const resolve = (name: Name) =>
      name in locals ? (Reflect.get(locals, name) as unknown) : this.resolve(name)
    return Object.create(this.#root, {
      cradle: { value: new Proxy({}, { get: (_, name) => resolve(name) }) },
      resolve: { value: resolve },
    }) as AwilixContainer
  }
}

const cradle: ProxyHandler<UpdateScope> = {
  get: (scope, name) => scope.resolve(name),
}

function needsItself(way: readonly Name[]): PluginError {
  return new PluginError(
    'SERVICE_FAILED',
    `A service needs itself: ${way.map(String).join(' -> ')}. Take one of these needs out.`,
  )
}
