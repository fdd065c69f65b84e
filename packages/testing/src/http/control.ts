/** The control API under `/control`: people act and are listened to, from a script or from the page. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ApiError } from '../bot-api/api-error.js'
import { TestingError } from '../errors.js'
import { streamPlayground } from '../playground/stream.js'
import { transcribe } from '../world/conversation.js'
import { controlActions } from './control-actions.js'
import type { ControlBody, ControlContext } from './control-context.js'
import { streamEvents } from './control-events.js'
import { answerFile, longestFileBodyBytes } from './control-file.js'
import { readBody } from './request-parameters.js'

const longestBodyBytes = 1024 * 1024

/** Answers a request under `/control/`. @param name The rest of the path. */
export async function answerControl(
  context: ControlContext,
  name: string,
  query: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    if (request.method === 'GET') return answerGet(context, name, query, response)
    const action = Object.hasOwn(controlActions, name) ? controlActions[name] : undefined
    if (request.method !== 'POST' || !action) return sendError(response, 404, 'NOT_FOUND', describeRoutes())
    const limitBytes = name === 'file' ? longestFileBodyBytes : longestBodyBytes
    const body = parseBody(await readBody(request, limitBytes))
    sendJson(response, 200, { ok: true, ...(await action(context, body)) })
    context.acted()
  } catch (error) {
    if (error instanceof TestingError) return sendError(response, 400, error.code, error.message)
    if (error instanceof ApiError)
      return sendError(response, error.errorCode, 'CONTROL_INPUT', error.description)
    // Whatever stands against the start of the bot: it is no fault of this server.
    sendError(response, 500, 'INTERNAL', error instanceof Error ? error.message : String(error))
  }
}

/** Answers a request that was refused before it was read. */
export function sendError(response: ServerResponse, status: number, code: string, message: string): void {
  sendJson(response, status, { ok: false, error: { code, message } })
}

function answerGet(context: ControlContext, name: string, query: string, response: ServerResponse): void {
  const asked = new URLSearchParams(query)
  const person = context.person(asked.get('person'))
  if (name === 'transcript') {
    sendJson(response, 200, { messages: transcribe(context.chat(person, asked.get('chat'))) })
  } else if (name === 'events') streamEvents(context, person, response)
  else if (name === 'playground') streamPlayground(context, response)
  else if (name === 'file') answerFile(context, asked.get('id') ?? '', response)
  else sendError(response, 404, 'NOT_FOUND', describeRoutes())
}

function describeRoutes(): string {
  const posts = Object.keys(controlActions).join(', ')
  return `There is GET /control/transcript, /control/events, /control/playground and /control/file, and POST /control/{${posts}}.`
}

function parseBody(body: Buffer): ControlBody {
  const text = body.toString('utf8')
  if (text.trim() === '') return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new TestingError('CONTROL_INPUT', 'The body is no JSON. Send an object, as {"text":"/start"}.', {
      cause,
    })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TestingError('CONTROL_INPUT', 'The body must be a JSON object, as {"text":"/start"}.')
  }
  return value as ControlBody
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  if (response.destroyed) return
  const body = JSON.stringify(value)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  })
  response.end(body)
}
