/** The Bot API over HTTP: `/bot<token>/<method>` and `/file/bot<token>/<path>`. Source: Bot API, making requests. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ApiError } from '../bot-api/api-error.js'
import { isWaitingMethod } from '../methods/call-method.js'
import { DescribedResult } from '../methods/method.js'
import type { Parameters } from '../methods/parameters.js'
import type { CallEnd } from '../playground/inspector.js'
import { type Bot, isToken } from '../world/bot.js'
import type { Fault } from '../world/faults.js'
import type { World } from '../world.js'
import type { ControlContext } from './control-context.js'
import { parseParameters, readCall } from './request-parameters.js'

/** Answers a call of the Bot API. @param path The path of the URL, beginning with `/bot`. */
export function answerCall(
  context: ControlContext,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: string,
): void {
  const refuse = (error: unknown) => sendRefusal(response, error)
  try {
    if (request.method !== 'GET' && request.method !== 'POST') throw new ApiError(405, 'Method Not Allowed')
    const { bot, method } = readTarget(context.world, path)
    readCall(
      request,
      (body) => {
        try {
          const parameters = parseParameters(request, query, body)
          meetConditions(
            { context, response, bot, method, onEnd: startRecord(context, bot, method, parameters) },
            parameters,
          )
        } catch (error) {
          refuse(error)
        }
      },
      refuse,
    )
  } catch (error) {
    refuse(error)
  }
}

interface Call {
  readonly context: ControlContext
  readonly response: ServerResponse
  readonly bot: Bot
  readonly method: string
  /** Ends the record of the call, where there is one. */
  readonly onEnd: ((end: CallEnd) => void) | undefined
}

function startRecord({ inspector }: ControlContext, bot: Bot, method: string, parameters: Parameters) {
  return inspector.isRecording(bot) ? inspector.startCall(method, parameters) : undefined
}

function meetConditions(call: Call, parameters: Parameters): void {
  const { world, conditions } = call.context
  const isPoll = isWaitingMethod(call.method)
  if (isPoll) conditions.hold(call.response)
  const goOn = () => carryOut(call, parameters)
  if (conditions.isFair) goOn()
  else {
    if (conditions.trouble === 'cut') call.onEnd?.({ ok: false, description: 'The connection was cut' })
    conditions.apply(world.state.clock, isPoll, call.response, goOn, (error) => endRefused(call, error))
  }
}

/** Most methods answer at once; what waits or fetches is a promise. */
function carryOut(call: Call, parameters: Parameters): void {
  const { response, bot, method } = call
  const { world, faults } = call.context
  const fault = faults.isArmed ? faults.take(method, parameters.text('chat_id')) : undefined
  if (fault && (fault.kind !== 'cut' || fault.when === 'before')) {
    endFaulty(call, fault)
    return
  }
  const signal = isWaitingMethod(method) ? abortedWith(response) : undefined
  const answer = (value: unknown) => {
    if (fault) {
      endFaulty(call, fault)
      return
    }
    sendResult(response, value)
    call.onEnd?.({ ok: true })
  }
  try {
    const result = world.callWith(bot, method, parameters, signal)
    if (result instanceof Promise) result.then(answer).catch((error: unknown) => endRefused(call, error))
    else answer(result)
  } catch (error) {
    endRefused(call, error)
  }
}

function endRefused({ response, onEnd }: Call, error: unknown): void {
  const { errorCode, description } = sendRefusal(response, error)
  onEnd?.({ ok: false, errorCode, description })
}

/** A fault whose cut comes after the effect ends the same way. */
function endFaulty({ response, onEnd }: Call, fault: Fault): void {
  applyFault(fault, response)
  if (fault.kind === 'error') {
    onEnd?.({ ok: false, errorCode: fault.errorCode, description: fault.description })
  } else onEnd?.({ ok: false, description: `Fault: ${fault.kind}` })
}

function readTarget(world: World, path: string): { bot: Bot; method: string } {
  const decoded = decodePath(path)
  const slash = decoded.indexOf('/', 4)
  const end = decoded.endsWith('/') ? decoded.length - 1 : decoded.length
  const method = slash < 0 ? '' : decoded.slice(slash + 1, end)
  if (method === '' || method.includes('/')) throw new ApiError(404, 'Not Found')
  return { bot: findBot(world, decoded.slice(4, slash)), method }
}

/** Answers the download of a file. @param path The path of the URL, beginning with `/file/bot`. */
export function answerDownload(world: World, response: ServerResponse, path: string): void {
  try {
    const [, token, filePath] = /^\/file\/bot([^/]*)\/(.+)$/.exec(decodePath(path)) ?? []
    if (token === undefined || filePath === undefined) throw new ApiError(404, 'Not Found')
    const bot = findBot(world, token)
    const file = world.state.files.byPath(bot.id, filePath)
    if (!file) throw new ApiError(404, 'Not Found')
    response.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-length': file.content.length,
      'content-disposition': 'attachment',
      'x-content-type-options': 'nosniff',
    })
    response.end(file.content)
  } catch (error) {
    sendRefusal(response, error)
  }
}

function findBot(world: World, token: string): Bot {
  const bot = world.state.bots.get(token)
  if (bot) return bot
  throw isToken(token) ? new ApiError(401, 'Unauthorized') : new ApiError(404, 'Not Found')
}

function decodePath(path: string): string {
  if (!path.includes('%')) return path
  try {
    return decodeURIComponent(path)
  } catch {
    throw new ApiError(404, 'Not Found')
  }
}

function abortedWith(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => controller.abort())
  return controller.signal
}

function applyFault(fault: Fault, response: ServerResponse): void {
  if (fault.kind === 'hang') return
  if (fault.kind === 'cut') {
    response.destroy()
    return
  }
  if (fault.kind === 'error') {
    sendRefusal(response, new ApiError(fault.errorCode, fault.description, fault.parameters))
    return
  }
  const body = fault.body ?? `<html><body><h1>${fault.status}</h1></body></html>`
  response.writeHead(fault.status, { 'content-type': 'text/html', 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

function sendResult(response: ServerResponse, result: unknown): void {
  if (result instanceof DescribedResult) {
    sendJson(response, 200, { ok: true, result: result.result, description: result.description })
  } else {
    sendJson(response, 200, { ok: true, result })
  }
}

function sendRefusal(response: ServerResponse, error: unknown): ApiError {
  const refusal =
    error instanceof ApiError ? error : new ApiError(500, `Internal Server Error: ${String(error)}`)
  const { errorCode, description, parameters } = refusal
  if (response.destroyed) return refusal
  if (parameters?.retry_after !== undefined) response.setHeader('retry-after', parameters.retry_after)
  // The rest of a body that is too long is not read, so the connection cannot be used again.
  if (errorCode === 413) response.setHeader('connection', 'close')
  sendJson(response, errorCode, {
    ok: false,
    error_code: errorCode,
    description,
    ...(parameters && { parameters }),
  })
  return refusal
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}
