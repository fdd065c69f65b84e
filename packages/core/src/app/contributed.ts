/** Asks a plugin what it contributes to the extension points of others, and refuses what is no contribution. Pure. */
import { PluginError } from '../errors.js'
import type { Behaviour, Contribute } from '../plugin/behaviour.js'
import type { AnyContract } from '../plugin/contract.js'
import type { Contribution } from '../plugin/extension.js'

const contribute: Contribute<AnyContract> = (extension, build) => ({ extension, build: build as never })

/** @throws PluginError EXTENSION_INVALID */
export function contributionsOf(plugin: string, behaviour: Behaviour<AnyContract>): readonly Contribution[] {
  const given: unknown = behaviour.contributions?.(contribute) ?? []
  if (Array.isArray(given) && given.every(isContribution)) return given
  throw new PluginError(
    'EXTENSION_INVALID',
    `Plugin "${plugin}": contributions() gave something else than a list of contributions. Write: contributions: (contribute) => [contribute(extension, (services) => …)]`,
  )
}

function isContribution(value: unknown): boolean {
  const { extension, build } = (value ?? {}) as Partial<Contribution>
  return typeof extension?.name === 'string' && typeof build === 'function'
}
