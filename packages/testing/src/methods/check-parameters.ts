/** What is checked of every call before its method sees it: required parameters, and those that the model lacks. */
import { badRequest, notModelled } from '../bot-api/api-error.js'
import { unmodelledParameters } from '../bot-api/deviations.js'
import { type MethodSchema, methodSchemas } from '../bot-api/schema/schema.js'
import type { Parameters } from './parameters.js'

const unmodelled = new Set(unmodelledParameters)

/** What Telegram refuses in words of its own, or takes as empty, where it is missing. */
const refusedElsewhere = new Set([
  'action',
  'animation',
  'audio',
  'callback_query_id',
  'chat_id',
  'commands',
  'document',
  'file_id',
  'inline_query_id',
  'invite_link',
  'latitude',
  'longitude',
  'message_id',
  'message_ids',
  'message_thread_id',
  'name',
  'options',
  'permissions',
  'photo',
  'question',
  'results',
  'sticker',
  'text',
  'title',
  'url',
  'user_id',
  'video',
  'video_note',
  'voice',
])

const requiredByMethod: ReadonlyMap<string, readonly string[]> = new Map(
  [...methodSchemas].map(([name, { required }]) => [
    name,
    required.filter((parameter) => !refusedElsewhere.has(parameter)),
  ]),
)

/**
 * Checks the names of the parameters; their values are read by the method.
 * @param isStrict True to refuse those that the Bot API does not have, which Telegram passes over.
 * @throws ApiError 400 `parameter "…" is required`, 501 for one that is not modelled.
 */
export function checkParameters(schema: MethodSchema, parameters: Parameters, isStrict: boolean): void {
  for (const name in parameters.values) {
    if (unmodelled.has(name) && isGiven(parameters, name)) {
      throw notModelled(`parameter ${name} of ${schema.name}`)
    }
    if (isStrict && !schema.parameters.has(name)) {
      throw badRequest(`strict mode: ${schema.name} has no parameter "${name}"`)
    }
  }
  for (const name of requiredByMethod.get(schema.name.toLowerCase()) ?? []) {
    if (!parameters.files.has(name) && (parameters.text(name) ?? '') === '') {
      throw badRequest(`parameter "${name}" is required`)
    }
  }
}

function isGiven(parameters: Parameters, name: string): boolean {
  const text = parameters.text(name) ?? ''
  return text !== '' && text !== '0' && text !== 'false'
}
