/** sendMessage, editMessageText, deleteMessage. Source: Bot API; refusals in the words of its server. */
import { isDeepStrictEqual } from 'node:util'
import { badRequest, notModelled } from '../bot-api/api-error.js'
import type { Message } from '../bot-api/objects.js'
import type { Chat } from '../world/chat.js'
import { parseMessageText } from './message-text.js'
import type { MethodCall, MethodGroup } from './method.js'
import { parseReplyMarkup } from './reply-markup.js'
import { findRepliedMessage } from './reply-target.js'
import { findChat, findWritableChat } from './target-chat.js'

/** The methods of this group. */
export const messageMethods: MethodGroup = { sendMessage, editMessageText, deleteMessage }

function sendMessage(call: MethodCall): Message {
  const { state, bot, parameters } = call
  // In this order the real server checks too: an empty text is refused before the chat is looked up.
  const { text, entities } = parseMessageText(call)
  const markup = parseReplyMarkup(parameters)
  const chat = findWritableChat(call)
  const replied = findRepliedMessage(parameters, chat)
  return state.post(chat, {
    from: bot.user,
    ...(replied && { reply_to_message: replied }),
    text,
    ...(entities.length > 0 && { entities: [...entities] }),
    ...(markup && { reply_markup: markup }),
  })
}

function editMessageText(call: MethodCall): Message {
  const { state, bot, parameters } = call
  if (parameters.text('inline_message_id'))
    throw notModelled('parameter inline_message_id of editMessageText')
  const { text, entities } = parseMessageText(call)
  const markup = parseReplyMarkup(parameters)
  const chat = findWritableChat(call)
  const message = findMessage(chat, parameters.integer('message_id'), 'message to edit not found')
  if (message.from.id !== bot.id || message.text === undefined) {
    throw badRequest(
      message.from.id === bot.id ? 'there is no text in the message to edit' : "message can't be edited",
    )
  }
  const { entities: oldEntities = [], reply_markup: oldMarkup, text: oldText, ...rest } = message
  const isSame =
    oldText === text && isDeepStrictEqual(oldEntities, entities) && isDeepStrictEqual(oldMarkup, markup)
  if (isSame) {
    throw badRequest(
      'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
    )
  }
  return state.edit(chat, {
    ...rest,
    text,
    ...(entities.length > 0 && { entities: [...entities] }),
    ...(markup && { reply_markup: markup }),
  })
}

function deleteMessage(call: MethodCall): true {
  const { state, bot, parameters } = call
  const chat = findChat(call)
  const message = findMessage(chat, parameters.integer('message_id'), 'message to delete not found')
  const isOwn = message.from.id === bot.id
  // In a private chat a bot may delete what the person wrote; elsewhere it needs rights, which come later.
  if (!isOwn && chat.object.type !== 'private') throw badRequest("message can't be deleted")
  const ageSeconds = state.nowUnix() - message.date
  if (ageSeconds > 48 * 60 * 60) throw badRequest("message can't be deleted")
  state.delete(chat, message)
  return true
}

function findMessage(chat: Chat, messageId: number | undefined, refusal: string): Message {
  const message = messageId === undefined ? undefined : chat.message(messageId)
  if (!message) throw badRequest(messageId === undefined ? 'message identifier is not specified' : refusal)
  return message
}
