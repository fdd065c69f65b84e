/** The in-process face: finds a method by its name, carries it out, and refuses what is not modelled. */
import { ApiError, notModelled } from '../bot-api/api-error.js'
import { findResultMismatch } from '../bot-api/schema/find-mismatch.js'
import { type MethodSchema, methodSchemas } from '../bot-api/schema/schema.js'
import { checkParameters } from './check-parameters.js'
import { DescribedResult, type MethodCall, type MethodHandler } from './method.js'
import { modelledMethods } from './modelled-methods.js'
import { checkLoggedIn } from './session.js'

/** The names of all modelled methods. */
export const modelledMethodNames: readonly string[] = Object.keys(modelledMethods)

// Telegram takes method names in any case.
const handlers = new Map<string, MethodHandler>(
  Object.entries(modelledMethods).map(([name, handler]) => [name.toLowerCase(), handler]),
)

// Names of earlier Bot APIs, which the real server still takes.
const currentNames: Readonly<Record<string, string>> = {
  kickchatmember: 'banchatmember',
  getchatmemberscount: 'getchatmembercount',
  setstickersetthumb: 'setstickersetthumbnail',
}

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
  const given = name.toLowerCase()
  const lowered = Object.hasOwn(currentNames, given) ? (currentNames[given] as string) : given
  const schema = methodSchemas.get(lowered)
  if (!schema) throw new ApiError(404, 'Not Found')
  const handler = handlers.get(lowered)
  // Written down, long polls would be all that is kept of an idle bot.
  if (lowered === 'getupdates') return carryOut(schema, handler, call)
  try {
    const result = carryOut(schema, handler, call)
    if (result instanceof Promise) {
      const written = (error?: unknown) => writeDown(schema, call, error)
      result.then(() => written(), written)
    } else writeDown(schema, call)
    return result
  } catch (error) {
    writeDown(schema, call, error)
    throw error
  }
}

function carryOut(schema: MethodSchema, handler: MethodHandler | undefined, call: MethodCall): unknown {
  if (!handler) throw notModelled(`method ${schema.name}`)
  checkLoggedIn(call)
  checkParameters(schema, call.parameters, call.state.isStrict)
  call.state.rateLimits?.check(schema.name, call.bot.id, call.parameters.text('chat_id'))
  const result = handler(call)
  return call.state.isStrict ? checkResult(schema.name, result) : result
}

function writeDown({ name }: MethodSchema, { bot, parameters }: MethodCall, error?: unknown): void {
  const refusal = error === undefined ? undefined : wordsOf(error)
  bot.callLog.add({ method: name, parameters: parameters.values, refusal })
}

function wordsOf(error: unknown): string {
  return error instanceof ApiError ? error.description : String(error)
}

function checkResult(name: string, result: unknown): unknown {
  if (result instanceof Promise) return result.then((value) => checkResult(name, value))
  const value = result instanceof DescribedResult ? result.result : result
  const mismatch = name === 'getUpdates' ? undefined : findResultMismatch(name, value)
  if (mismatch !== undefined)
    throw new ApiError(500, `Internal Server Error: strict mode: ${name}: ${mismatch}`)
  return result
}
