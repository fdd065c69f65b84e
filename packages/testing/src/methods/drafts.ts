/** sendMessageDraft: a text that grows before people's eyes while it is being made. Source: Bot API, sendMessageDraft. */
import { badRequest } from '../bot-api/api-error.js'
import { checkMessageText, formatText } from './message-text.js'
import type { MethodCall, MethodGroup } from './method.js'
import { findChat } from './target-chat.js'
import { findThread } from './threads.js'

/** The methods of this group. */
export const draftMethods: MethodGroup = { sendMessageDraft }

/** A draft is no message: nothing of it stays, and those who look see its newest text. */
function sendMessageDraft(call: MethodCall): true {
  const { state, parameters } = call
  const draftId = parameters.integer('draft_id') ?? 0
  const formatted = formatText(state, {
    text: parameters.text('text') ?? '',
    parseMode: parameters.text('parse_mode'),
    entities: parameters.lenientJson('entities'),
  })
  const chat = findChat(call, 'write')
  if (chat.object.type !== 'private') throw badRequest('method is available only in private chats')
  findThread(call, chat, undefined)
  if (draftId === 0) throw badRequest('invalid draft_id specified')
  // An empty text stands for one that is being thought of.
  if (formatted.text !== '') checkMessageText(formatted)
  state.events.publish({ kind: 'draft', chatKey: chat.key, draftId, text: formatted.text })
  return true
}
