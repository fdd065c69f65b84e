/** setChatPhoto, deleteChatPhoto, setChatStickerSet, deleteChatStickerSet. Source: Bot API; Client.cpp, tdlib DialogManager.cpp. */
import { badRequest } from '../bot-api/api-error.js'
import type { Chat } from '../world/chat.js'
import { describeFile } from '../world/file-fields.js'
import { deliverMessage } from '../world/group-delivery.js'
import type { MessageContent } from '../world/world-state.js'
import { checkMayChange } from './chat-settings.js'
import { checkPhoto } from './input-media.js'
import type { MethodCall, MethodGroup } from './method.js'
import { authorFields } from './outgoing.js'
import { findChat } from './target-chat.js'

/** The methods of this group. */
export const chatPhotoMethods: MethodGroup = {
  setChatPhoto,
  deleteChatPhoto,
  setChatStickerSet,
  deleteChatStickerSet,
}

function setChatPhoto(call: MethodCall): true {
  const { state, parameters, bot } = call
  const given = parameters.text('photo') ?? ''
  const attached = /^attach:\/\/(.+)$/.exec(given)?.[1]
  const upload = parameters.files.get(attached ?? 'photo')
  if (!upload) {
    throw badRequest(
      given === '' ? 'there is no photo in the request' : 'photo must be uploaded as an InputFile',
    )
  }
  if (upload.content.length === 0) throw badRequest('file must be non-empty')
  const chat = findChangeable(call, 'photo')
  checkPhoto(upload.content)
  const file = state.files.add({ ...upload, kind: 'photo', botId: bot.id })
  chat.settings.photo = file
  say(call, chat, { new_chat_photo: describeFile(file).photo })
  return true
}

function deleteChatPhoto(call: MethodCall): true {
  const chat = findChangeable(call, 'photo')
  if (!chat.settings.photo) throw badRequest('CHAT_NOT_MODIFIED')
  chat.settings.photo = undefined
  say(call, chat, { delete_chat_photo: true })
  return true
}

function setChatStickerSet(call: MethodCall): true {
  const chat = findSupergroup(call)
  const set = call.state.stickerSets.get(call.parameters.text('sticker_set_name') ?? '')
  if (!set) throw badRequest('STICKERSET_INVALID')
  chat.settings.stickerSetName = set.name
  return true
}

function deleteChatStickerSet(call: MethodCall): true {
  findSupergroup(call).settings.stickerSetName = undefined
  return true
}

function findChangeable(call: MethodCall, what: string): Chat {
  const chat = findChat(call, 'write')
  if (chat.object.type === 'private') throw badRequest(`can't change private chat ${what}`)
  checkMayChange(call, chat, `not enough rights to change chat ${what}`)
  return chat
}

function findSupergroup(call: MethodCall): Chat {
  const chat = findChat(call, 'write')
  if (chat.object.type !== 'supergroup') throw badRequest('method is available only for supergroups')
  checkMayChange(call, chat, 'not enough rights to change supergroup sticker set')
  return chat
}

function say(call: MethodCall, chat: Chat, content: MessageContent): void {
  deliverMessage(chat, call.state.post(chat, { ...authorFields(call, chat), ...content }))
}
