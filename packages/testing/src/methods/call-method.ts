/** The in-process face: finds a method by its name, carries it out, and refuses what is not modelled. */
import { ApiError, notModelled } from '../bot-api/api-error.js'
import { findResultMismatch } from '../bot-api/schema/find-mismatch.js'
import { methodSchemas } from '../bot-api/schema/schema.js'
import { botProfileMethods } from './bot-profile.js'
import { chatInfoMethods } from './chat-info.js'
import { chatSettingMethods } from './chat-settings.js'
import { checkParameters } from './check-parameters.js'
import { commandMethods } from './commands.js'
import { deletionMethods } from './deletions.js'
import { editMethods } from './edits.js'
import { feedbackMethods } from './feedback.js'
import { fileMethods } from './files.js'
import { forwardMethods } from './forwards.js'
import { identityMethods } from './identity.js'
import { inviteMethods } from './invite-links.js'
import { mediaMethods } from './media.js'
import { messageMethods } from './messages.js'
import { DescribedResult, type MethodCall, type MethodHandler } from './method.js'
import { moderationMethods } from './moderation.js'
import { pinMethods } from './pins-and-reactions.js'
import { plainContentMethods } from './plain-content.js'
import { pollMethods } from './polls.js'
import { topicMethods } from './topics.js'
import { updateMethods } from './updates.js'
import { webhookMethods } from './webhooks.js'

const modelled = {
  ...updateMethods,
  ...webhookMethods,
  ...identityMethods,
  ...messageMethods,
  ...editMethods,
  ...deletionMethods,
  ...mediaMethods,
  ...plainContentMethods,
  ...pollMethods,
  ...forwardMethods,
  ...pinMethods,
  ...fileMethods,
  ...feedbackMethods,
  ...commandMethods,
  ...botProfileMethods,
  ...chatInfoMethods,
  ...chatSettingMethods,
  ...moderationMethods,
  ...inviteMethods,
  ...topicMethods,
}

/** The names of all modelled methods. */
export const modelledMethodNames: readonly string[] = Object.keys(modelled)

// Telegram takes method names in any case.
const handlers = new Map<string, MethodHandler>(
  Object.entries(modelled).map(([name, handler]) => [name.toLowerCase(), handler]),
)

/** True for a method that may wait before it answers, and so wants to hear when its caller goes. */
export function isWaitingMethod(name: string): boolean {
  return name.toLowerCase() === 'getupdates'
}

/**
 * Carries out a method for a bot.
 * @param name In any case.
 * @throws ApiError The refusal: 404 `Not Found` for an unknown method, 501 for one that Telegram knows and the
 * model does not yet, and whatever the method itself refuses.
 */
export function callMethod(name: string, call: MethodCall): unknown {
  const lowered = name.toLowerCase()
  const schema = methodSchemas.get(lowered)
  if (!schema) throw new ApiError(404, 'Not Found')
  const handler = handlers.get(lowered)
  if (!handler) throw notModelled(`method ${schema.name}`)
  checkParameters(schema, call.parameters, call.state.isStrict)
  call.state.rateLimits?.check(schema.name, call.bot.id, call.parameters.text('chat_id'))
  const result = handler(call)
  return call.state.isStrict ? checkResult(schema.name, result) : result
}

function checkResult(name: string, result: unknown): unknown {
  if (result instanceof Promise) return result.then((value) => checkResult(name, value))
  const value = result instanceof DescribedResult ? result.result : result
  const mismatch = name === 'getUpdates' ? undefined : findResultMismatch(name, value)
  if (mismatch !== undefined)
    throw new ApiError(500, `Internal Server Error: strict mode: ${name}: ${mismatch}`)
  return result
}
