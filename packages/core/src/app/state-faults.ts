/** Finds what in a plugin's states cannot be used. Pure. */
import { z } from 'zod'
import { durationMs } from '../config/duration.js'
import { nearestName } from '../config/nearest-name.js'
import { PluginError } from '../errors.js'
import type { PluginDefinition } from '../plugin/plugin.js'
import { stateDefinitionOf, stateScopes } from '../plugin/state.js'

/** All faults of one plugin's states. */
export function stateFaults({ contract }: PluginDefinition): PluginError[] {
  const misplaced = Object.keys(contract.appServices).filter((name) =>
    stateDefinitionOf(contract.appServices[name]),
  )
  return [
    ...misplaced.map((name) =>
      fault(contract.name, name, 'belongs to a unit of work. Put it in updateServices.'),
    ),
    ...Object.entries(contract.updateServices).flatMap(([name, registration]) => {
      const definition = stateDefinitionOf(registration)
      return definition === undefined ? [] : partFaults(contract.name, name, { ...definition })
    }),
  ]
}

const parts = ['per', 'schema', 'expiresAfter', 'initial', 'upgrade']

function partFaults(plugin: string, name: string, definition: Record<string, unknown>): PluginError[] {
  const { per, schema, expiresAfter, upgrade } = definition
  const found: string[] = []
  for (const part of Object.keys(definition).filter((key) => !parts.includes(key))) {
    const meant = nearestName(part, parts)
    const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`
    found.push(`has a part "${part}" that core does not know.${hint} Known: ${parts.join(', ')}.`)
  }
  if (!stateScopes.includes(per as never))
    found.push(`is kept per ${JSON.stringify(per)}, expected one of ${stateScopes.join(', ')}.`)
  if (!(schema instanceof z.ZodType)) found.push('has no schema of zod. Write: schema: z.object({ … })')
  else if (definition.initial !== undefined && !fits(schema, definition.initial))
    found.push('has an initial value that does not fit its schema.')
  if (expiresAfter !== undefined && !isDuration(expiresAfter))
    found.push(`expires after ${JSON.stringify(expiresAfter)}, expected a duration such as 10m, 48h or 30d.`)
  if (upgrade !== undefined && typeof upgrade !== 'function')
    found.push('has an "upgrade" that is no function.')
  return found.map((text) => fault(plugin, name, text))
}

/** Whether a value is a duration of at least a millisecond. */
export function isDuration(value: unknown): boolean {
  return typeof value === 'string' && (durationMs(value) ?? 0) >= 1
}

function fits(schema: z.ZodType, value: unknown): boolean {
  try {
    return schema.safeParse(value).success
  } catch {
    // A schema with asynchronous checks: it is asked when the state is.
    return true
  }
}

const fault = (plugin: string, name: string, text: string): PluginError =>
  new PluginError('STATE_INVALID', `Plugin "${plugin}": its state "${name}" ${text}`)
