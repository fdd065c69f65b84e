/** answerCallbackQuery, answerInlineQuery, sendChatAction: what a person sees without a message. */
import { badRequest } from '../bot-api/api-error.js'
import { readAs } from '../bot-api/json-fields.js'
import type { OpenQuery } from '../world/world-state.js'
import { readInlineResult } from './inline-results.js'
import type { MethodCall, MethodGroup } from './method.js'
import { findChat } from './target-chat.js'
import { findThread } from './threads.js'

/** The methods of this group. */
export const feedbackMethods: MethodGroup = { answerCallbackQuery, answerInlineQuery, sendChatAction }

const chatActions = new Set([
  'cancel',
  'typing',
  'upload_photo',
  'record_video',
  'upload_video',
  'record_voice',
  'record_audio',
  'upload_voice',
  'upload_audio',
  'upload_document',
  'choose_sticker',
  'find_location',
  'pick_up_location',
  'record_video_note',
  'upload_video_note',
])

function answerCallbackQuery(call: MethodCall): true {
  const { state, parameters } = call
  const queryId = parameters.text('callback_query_id') ?? ''
  checkOpen(call, state.queries.get(queryId))
  const text = parameters.text('text')
  if (text !== undefined && text.length > 200) throw badRequest('MESSAGE_TOO_LONG')
  const url = parameters.text('url') ?? ''
  if (url !== '' && !/^(?:https?:\/\/|tg:\/\/)?(?:t\.me|telegram\.me)\//i.test(url))
    throw badRequest('URL_INVALID')
  state.events.publish({
    kind: 'answer',
    queryId,
    ...(text && { text }),
    showAlert: parameters.flag('show_alert'),
  })
  return true
}

function answerInlineQuery(call: MethodCall): true {
  const { state, parameters } = call
  const value = parameters.json('results', 'inline query results') ?? []
  if (!Array.isArray(value)) throw badRequest('expected an Array of inline query results')
  if (value.length > 50) throw badRequest('too many inline query results specified')
  const offers = value.map((item) =>
    readAs("can't parse inline query result", () => readInlineResult(call, item)),
  )
  if (new Set(offers.map(({ id }) => id)).size < offers.length) throw badRequest('RESULT_ID_DUPLICATE')
  const queryId = parameters.text('inline_query_id') ?? ''
  checkOpen(call, state.inlineQueries.get(queryId))
  state.inlineQueries.delete(queryId)
  const nextOffset = parameters.text('next_offset') ?? ''
  if (Buffer.byteLength(nextOffset) > 64) throw badRequest('NEXT_OFFSET_INVALID')
  const results = offers.map(({ result }) => result)
  state.offers.set(queryId, offers)
  state.events.publish({ kind: 'inline_answer', queryId, answer: { results, nextOffset } })
  return true
}

function checkOpen({ bot, state }: MethodCall, query: OpenQuery | undefined): void {
  if (query?.botId === bot.id && query.expiresAtMs > state.clock.nowMs()) return
  throw badRequest('query is too old and response timeout expired or query ID is invalid')
}

function sendChatAction(call: MethodCall): true {
  const action = call.parameters.text('action')?.toLowerCase() ?? ''
  if (!chatActions.has(action)) throw badRequest('wrong parameter action in request')
  const chat = findChat(call, 'write')
  findThread(call, chat, undefined)
  call.state.events.publish({ kind: 'action', chatKey: chat.key, action })
  return true
}
