/** Reads `allowed_updates`, which getUpdates and setWebhook share and which sticks until it is given again. */
import { updateKinds } from '../bot-api/schema/schema.js'
import type { Parameters } from './parameters.js'

/**
 * The kinds asked for: undefined = not given, or nothing that can be read, so the last setting stays; empty = back to
 * the default set. Kinds that there are not are passed over. Source: Client.cpp (get_allowed_update_types).
 */
export function parseAllowedUpdates(parameters: Parameters): string[] | undefined {
  const value = parameters.lenientJson('allowed_updates')
  if (!Array.isArray(value) || !value.every((kind) => typeof kind === 'string')) return undefined
  return value.map((kind) => kind.toLowerCase()).filter((kind) => updateKinds.has(kind))
}
