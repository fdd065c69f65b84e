/** The contributions of an app's plugins, by extension point, each built of the services that its own plugin may reach. */
import { PluginError } from '../errors.js'
import type {
  AppExtensions,
  Contributed,
  Contribution,
  Extension,
  UpdateExtensions,
} from '../plugin/extension.js'
import { type ServiceReach, servicesOf } from '../telegram/plugin-services.js'

/** A plugin that contributes. */
export interface Contributor {
  readonly name: string
  readonly reach: ServiceReach
  readonly options: unknown
  readonly contributions: readonly Contribution[]
}

interface Registered {
  readonly owner: Contributor
  readonly contribution: Contribution
}

/** See the file's purpose. One for each app. */
export class ExtensionRegistry {
  // By name: npm may install two copies of the package that defines an extension point.
  readonly #registered = new Map<string, Registered[]>()
  readonly #built = new Map<Registered, unknown>()
  #isComplete = false

  /** Adds the contributions of a plugin; plugins are added in the order in which they start. */
  add(owner: Contributor): void {
    for (const contribution of owner.contributions) {
      const { name } = contribution.extension
      this.#registered.set(name, [...(this.#registered.get(name) ?? []), { owner, contribution }])
    }
  }

  /** Every service is built: from now on contributions may be asked for. */
  complete(): void {
    this.#isComplete = true
  }

  /** @param services of the app, by name */
  ofApp(services: object): AppExtensions {
    return { of: (extension) => this.#collect(extension, services, services) }
  }

  /** @param services of one unit of work, by name */
  ofUpdate(appServices: object, services: object): UpdateExtensions {
    return { of: (extension) => this.#collect(extension, appServices, services) }
  }

  #collect<T>(extension: Extension<T>, appServices: object, services: object): Contributed<T>[] {
    if (!this.#isComplete) {
      throw new PluginError(
        'EXTENSION_EARLY',
        `The contributions to "${extension.name}" were asked for while the services of the app are being built. Ask in start(), or when they are needed.`,
      )
    }
    return (this.#registered.get(extension.name) ?? []).map((registered) => ({
      plugin: registered.owner.name,
      value: (extension.scope === 'app'
        ? this.#once(registered, appServices)
        : build(registered, services)) as T,
    }))
  }

  #once(registered: Registered, services: object): unknown {
    if (!this.#built.has(registered)) this.#built.set(registered, build(registered, services))
    return this.#built.get(registered)
  }
}

function build({ owner, contribution }: Registered, services: object): unknown {
  try {
    return contribution.build(servicesOf(services, owner.reach), owner.options)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new PluginError(
      'EXTENSION_FAILED',
      `Plugin "${owner.name}": its contribution to "${contribution.extension.name}" could not be built: ${reason}`,
      { cause },
    )
  }
}
