/** The in-process face: finds a method by its name, carries it out, and refuses what is not modelled. */
import { ApiError, notModelled } from '../bot-api/api-error.js'
import { knownMethodNames } from '../bot-api/known-method-names.js'
import { commandMethods } from './commands.js'
import { feedbackMethods } from './feedback.js'
import { fileMethods } from './files.js'
import { identityMethods } from './identity.js'
import { messageMethods } from './messages.js'
import type { MethodCall, MethodHandler } from './method.js'
import { updateMethods } from './updates.js'
import { webhookMethods } from './webhooks.js'

const modelled = {
  ...updateMethods,
  ...webhookMethods,
  ...identityMethods,
  ...messageMethods,
  ...fileMethods,
  ...feedbackMethods,
  ...commandMethods,
}

/** The names of all modelled methods. */
export const modelledMethodNames: readonly string[] = Object.keys(modelled)

// Telegram takes method names in any case.
const handlers = new Map<string, MethodHandler>(
  Object.entries(modelled).map(([name, handler]) => [name.toLowerCase(), handler]),
)
const knownNames = new Map(knownMethodNames.map((name) => [name.toLowerCase(), name]))

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
  const handler = handlers.get(lowered)
  if (handler) return handler(call)
  const knownName = knownNames.get(lowered)
  throw knownName ? notModelled(`method ${knownName}`) : new ApiError(404, 'Not Found')
}
