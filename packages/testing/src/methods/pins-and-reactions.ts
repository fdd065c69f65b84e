/** pinChatMessage, unpinChatMessage, unpinAllChatMessages, setMessageReaction: what bots do with a message that is there. */
import { badRequest } from '../bot-api/api-error.js'
import { FieldError, isJsonObject, readAs, requiredText } from '../bot-api/json-fields.js'
import type { Chat } from '../world/chat.js'
import { deliverMessage } from '../world/group-delivery.js'
import { hasRight, isPermitted } from '../world/membership.js'
import type { MethodCall, MethodGroup } from './method.js'
import { authorFields, findMessage } from './outgoing.js'
import { withoutReply } from './reply-target.js'
import { findChat } from './target-chat.js'

/** The methods of this group. */
export const pinMethods: MethodGroup = {
  pinChatMessage,
  unpinChatMessage,
  unpinAllChatMessages,
  setMessageReaction,
}

const knownReactions = new Set(
  '❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡'.split(
    ' ',
  ),
)

function pinChatMessage(call: MethodCall): true {
  const { state, parameters, bot } = call
  const chat = findChat(call, 'write')
  const message = findMessage(chat, parameters.integer('message_id'), 'message to pin')
  checkMayPin(call, chat)
  if (chat.settings.pinnedIds.has(message.message_id)) return true
  chat.settings.pinnedIds.add(message.message_id)
  const pinned = state.post(chat, { ...authorFields(call, chat), pinned_message: withoutReply(message) })
  // Of service messages the bot hears even where it made them itself.
  deliverMessage(chat, pinned, false, chat.object.type === 'private' ? bot : undefined)
  return true
}

function unpinChatMessage(call: MethodCall): true {
  const chat = findChat(call, 'write')
  const given = call.parameters.integer('message_id')
  const newest = [...chat.settings.pinnedIds].at(-1)
  const messageId = given ? findMessage(chat, given, 'message to unpin').message_id : newest
  checkMayPin(call, chat)
  if (messageId === undefined) throw badRequest('message to unpin not found')
  chat.settings.pinnedIds.delete(messageId)
  return true
}

function unpinAllChatMessages(call: MethodCall): true {
  const chat = findChat(call, 'write')
  checkMayPin(call, chat)
  chat.settings.pinnedIds.clear()
  return true
}

function setMessageReaction(call: MethodCall): true {
  const { bot, parameters } = call
  const emojis = readReactions(call)
  const chat = findChat(call, 'read')
  const message = findMessage(chat, parameters.integer('message_id'), 'message to react')
  if (emojis.length > 1) throw badRequest('REACTIONS_TOO_MANY')
  for (const emoji of emojis) if (!knownReactions.has(emoji)) throw badRequest('REACTION_INVALID')
  chat.settings.reactionsOf(message.message_id).set(bot.id, emojis)
  return true
}

function readReactions({ parameters }: MethodCall): string[] {
  const value = parameters.json('reaction', 'reaction types')
  if (value === undefined) return []
  if (!Array.isArray(value)) throw badRequest('expected an Array of ReactionType')
  return value.map((item) =>
    readAs("can't parse ReactionType", () => {
      if (!isJsonObject(item)) throw new FieldError('expected an Object')
      const type = requiredText(item, 'type')
      if (type === 'emoji') return requiredText(item, 'emoji').replace(/\ufe0f/g, '')
      if (type === 'custom_emoji' || type === 'paid') throw badRequest('REACTION_INVALID')
      throw new FieldError('invalid reaction type specified')
    }),
  )
}

function checkMayPin({ bot }: MethodCall, chat: Chat): void {
  const { type } = chat.object
  const membership = chat.membership(bot.id)
  const mayPin =
    type === 'private' ||
    (type === 'channel'
      ? hasRight(membership, 'can_edit_messages')
      : hasRight(membership, 'can_pin_messages') ||
        (membership.status === 'member' &&
          isPermitted(membership, chat.settings.permissions, 'can_pin_messages')))
  if (!mayPin) throw badRequest('not enough rights to manage pinned messages in the chat')
}
