/** answerCallbackQuery and sendChatAction: what a person sees without a message. */
import { badRequest } from '../bot-api/api-error.js'
import type { MethodCall, MethodGroup } from './method.js'
import { findWritableChat } from './target-chat.js'

/** The methods of this group. */
export const feedbackMethods: MethodGroup = { answerCallbackQuery, sendChatAction }

const chatActions = new Set([
  'typing',
  'upload_photo',
  'record_video',
  'upload_video',
  'record_voice',
  'upload_voice',
  'upload_document',
  'choose_sticker',
  'find_location',
  'record_video_note',
  'upload_video_note',
])

function answerCallbackQuery({ state, bot, parameters }: MethodCall): true {
  const queryId = parameters.text('callback_query_id') ?? ''
  const query = state.queries.get(queryId)
  if (!query || query.botId !== bot.id || query.expiresAtMs <= state.clock.nowMs()) {
    throw badRequest('query is too old and response timeout expired or query ID is invalid')
  }
  const text = parameters.text('text')
  if (text !== undefined && text.length > 200) throw badRequest('MESSAGE_TOO_LONG')
  state.events.publish({
    kind: 'answer',
    queryId,
    ...(text && { text }),
    showAlert: parameters.flag('show_alert'),
  })
  return true
}

function sendChatAction(call: MethodCall): true {
  const chat = findWritableChat(call)
  const action = call.parameters.text('action')?.toLowerCase() ?? ''
  if (!chatActions.has(action)) throw badRequest('wrong parameter action in request')
  call.state.events.publish({ kind: 'action', chatKey: chat.key, action })
  return true
}
