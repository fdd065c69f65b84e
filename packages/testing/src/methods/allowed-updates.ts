/** Reads `allowed_updates`, which getUpdates and setWebhook share and which sticks until it is given again. */
import { badRequest } from '../bot-api/api-error.js'
import type { Parameters } from './parameters.js'

/**
 * The kinds asked for: undefined = not given, so the last setting stays; empty = back to the default set.
 * @throws ApiError 400 when it is no list of texts.
 */
export function parseAllowedUpdates(parameters: Parameters): string[] | undefined {
  const value = parameters.json('allowed_updates', 'allowed updates')
  if (value === undefined) return undefined
  if (!Array.isArray(value) || !value.every((kind) => typeof kind === 'string')) {
    throw badRequest("can't parse allowed updates: Expected an Array of String")
  }
  return value
}
