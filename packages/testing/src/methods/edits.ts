/** editMessageText, editMessageCaption, editMessageReplyMarkup, editMessageMedia. Source: Bot API; tdlib MessagesManager.cpp. */
import { badRequest } from '../bot-api/api-error.js'
import type { Message } from '../bot-api/objects.js'
import { applyEdit, findEditable } from './edit-target.js'
import { describeMedia, fileKinds, readInputMedia } from './input-media.js'
import { readyMedia } from './media.js'
import { checkCaption, checkMessageText, parseCaption, parseMessageText } from './message-text.js'
import { textContent } from './messages.js'
import type { MethodCall, MethodGroup } from './method.js'
import { parseInlineMarkup } from './reply-markup.js'

/** The methods of this group. */
export const editMethods: MethodGroup = {
  editMessageText,
  editMessageCaption,
  editMessageReplyMarkup,
  editMessageMedia,
}

function editMessageText(call: MethodCall): unknown {
  const text = parseMessageText(call)
  const content = textContent(text, call.parameters)
  const markup = parseInlineMarkup(call.parameters)
  const target = findEditable(call)
  const { message } = target
  // The game of a message is what it is sent for; its text can be given all the same.
  if (message.game !== undefined) {
    checkMessageText(text, 'MESSAGE_TOO_LONG')
    const game = { ...(message.game as object), text: content.text, text_entities: content.entities ?? [] }
    return applyEdit(call, target, { ...message, game }, markup)
  }
  if (message.text === undefined) throw badRequest('there is no text in the message to edit')
  checkMessageText(text, 'MESSAGE_TOO_LONG')
  const { entities: _, link_preview_options: __, ...rest } = message
  return applyEdit(call, target, { ...rest, ...content }, markup)
}

function editMessageCaption(call: MethodCall): unknown {
  const markup = parseInlineMarkup(call.parameters)
  const caption = parseCaption(call)
  const target = findEditable(call)
  const { message } = target
  if (!carriesCaption(message)) throw badRequest('there is no caption in the message to edit')
  checkCaption(caption, 'MEDIA_CAPTION_TOO_LONG')
  const { caption: _, caption_entities: __, show_caption_above_media: ___, ...rest } = message
  const isAbove = call.parameters.flag('show_caption_above_media')
  return applyEdit(
    call,
    target,
    {
      ...rest,
      ...(caption && { caption: caption.text }),
      ...(caption && caption.entities.length > 0 && { caption_entities: [...caption.entities] }),
      ...(isAbove && { show_caption_above_media: true }),
    },
    markup,
  )
}

function editMessageReplyMarkup(call: MethodCall): unknown {
  const markup = parseInlineMarkup(call.parameters)
  const target = findEditable(call)
  return applyEdit(call, target, target.message, markup)
}

function editMessageMedia(call: MethodCall): unknown {
  const markup = parseInlineMarkup(call.parameters)
  const media = readInputMedia(call, call.parameters.json('media', 'input media'), false)
  const target = findEditable(call)
  const { message } = target
  if (!carriesCaption(message) && message.text === undefined) throw badRequest("message can't be edited")
  if (message.media_group_id !== undefined && message[media.kind] === undefined) {
    throw badRequest("message can't be edited")
  }
  checkCaption(media.caption)
  const { text: _, entities: __, caption: ___, caption_entities: ____, live_photo: _____, ...rest } = message
  const head: Message = { ...rest }
  for (const kind of fileKinds) delete head[kind]
  return readyMedia([media], ([ready]) =>
    applyEdit(call, target, { ...head, ...describeMedia(call, ready as typeof media) }, markup),
  )
}

function carriesCaption(message: Message): boolean {
  const hasFile = fileKinds.some(
    (kind) => message[kind] !== undefined && kind !== 'sticker' && kind !== 'video_note',
  )
  return hasFile || message.paid_media !== undefined
}
