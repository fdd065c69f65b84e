/** editMessageText, editMessageCaption, editMessageReplyMarkup, editMessageMedia. Source: Bot API; tdlib MessagesManager.cpp. */
import { isDeepStrictEqual } from 'node:util'
import { badRequest, notModelled } from '../bot-api/api-error.js'
import type { InlineKeyboardMarkup, Message } from '../bot-api/objects.js'
import type { Chat } from '../world/chat.js'
import { deliverMessage } from '../world/group-delivery.js'
import { hasRight } from '../world/membership.js'
import { describeMedia, fileKinds, readInputMedia } from './input-media.js'
import { checkCaption, checkMessageText, parseCaption, parseMessageText } from './message-text.js'
import { textContent } from './messages.js'
import type { MethodCall, MethodGroup } from './method.js'
import { findMessage } from './outgoing.js'
import { parseInlineMarkup } from './reply-markup.js'
import { findChat } from './target-chat.js'

/** The methods of this group. */
export const editMethods: MethodGroup = {
  editMessageText,
  editMessageCaption,
  editMessageReplyMarkup,
  editMessageMedia,
}

function editMessageText(call: MethodCall): Message {
  refuseInline(call, 'editMessageText')
  const text = parseMessageText(call)
  const content = textContent(text, call.parameters)
  const markup = parseInlineMarkup(call.parameters)
  const { chat, message } = findEditable(call)
  if (message.text === undefined) throw badRequest('there is no text in the message to edit')
  checkMessageText(text, 'MESSAGE_TOO_LONG')
  const { entities: _, link_preview_options: __, ...rest } = message
  return applyEdit(call, chat, message, { ...rest, ...content }, markup)
}

function editMessageCaption(call: MethodCall): Message {
  refuseInline(call, 'editMessageCaption')
  const markup = parseInlineMarkup(call.parameters)
  const caption = parseCaption(call)
  const { chat, message } = findEditable(call)
  if (!carriesCaption(message)) throw badRequest('there is no caption in the message to edit')
  checkCaption(caption, 'MEDIA_CAPTION_TOO_LONG')
  const { caption: _, caption_entities: __, show_caption_above_media: ___, ...rest } = message
  const isAbove = call.parameters.flag('show_caption_above_media')
  return applyEdit(
    call,
    chat,
    message,
    {
      ...rest,
      ...(caption && { caption: caption.text }),
      ...(caption && caption.entities.length > 0 && { caption_entities: [...caption.entities] }),
      ...(isAbove && { show_caption_above_media: true }),
    },
    markup,
  )
}

function editMessageReplyMarkup(call: MethodCall): Message {
  refuseInline(call, 'editMessageReplyMarkup')
  const markup = parseInlineMarkup(call.parameters)
  const { chat, message } = findEditable(call)
  return applyEdit(call, chat, message, message, markup)
}

function editMessageMedia(call: MethodCall): Message {
  refuseInline(call, 'editMessageMedia')
  const markup = parseInlineMarkup(call.parameters)
  const media = readInputMedia(call, call.parameters.json('media', 'input media'), false)
  const { chat, message } = findEditable(call)
  if (!carriesCaption(message) && message.text === undefined) throw badRequest("message can't be edited")
  if (message.media_group_id !== undefined && message[media.kind] === undefined) {
    throw badRequest("message can't be edited")
  }
  checkCaption(media.caption)
  const { text: _, entities: __, caption: ___, caption_entities: ____, ...rest } = message
  const head: Message = { ...rest }
  for (const kind of fileKinds) delete head[kind]
  return applyEdit(call, chat, message, { ...head, ...describeMedia(call, media) }, markup)
}

/** Puts the new content in the place of the old one. */
function applyEdit(
  { state, bot }: MethodCall,
  chat: Chat,
  old: Message,
  content: Message,
  markup: InlineKeyboardMarkup | undefined,
): Message {
  const { reply_markup: _, ...rest } = content
  const edited: Message = { ...rest, ...(markup && { reply_markup: markup }) }
  const sorted = (message: Message) => ({ ...message, edit_date: undefined })
  if (isDeepStrictEqual(sorted(old), sorted(edited))) {
    throw badRequest(
      'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
    )
  }
  const { reply_markup: __, ...oldRest } = old
  const isMarkupOnly = isDeepStrictEqual(
    { ...oldRest, edit_date: undefined },
    { ...rest, edit_date: undefined },
  )
  const result = isMarkupOnly ? state.edit(chat, edited, true) : state.edit(chat, edited)
  if (chat.object.type === 'channel') deliverMessage(chat, result, true, bot)
  return result
}

/** A message that the bot may edit: its own, and in a channel those of others with the right to. */
function findEditable(call: MethodCall): { chat: Chat; message: Message } {
  const { bot, parameters } = call
  const chat = findChat(call, 'edit')
  const message = findMessage(chat, parameters.integer('message_id'), 'message to edit')
  const isChannel = chat.object.type === 'channel'
  const mayEdit = isChannel
    ? hasRight(chat.membership(bot.id), 'can_edit_messages') ||
      hasRight(chat.membership(bot.id), 'can_post_messages')
    : message.from?.id === bot.id
  if (!mayEdit || message.forward_origin) throw badRequest("message can't be edited")
  return { chat, message }
}

function carriesCaption(message: Message): boolean {
  return fileKinds.some((kind) => message[kind] !== undefined && kind !== 'sticker' && kind !== 'video_note')
}

function refuseInline({ parameters }: MethodCall, method: string): void {
  if (parameters.text('inline_message_id')) {
    throw notModelled(`parameter inline_message_id of ${method}`)
  }
}
