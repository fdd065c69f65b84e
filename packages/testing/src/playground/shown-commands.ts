/** Which menu of commands a person sees in a chat: the narrowest scope that has one, their language before all others. Source: Bot API, BotCommandScope. */
import type { BotCommand } from '../bot-api/objects.js'
import type { Bot } from '../world/bot.js'
import type { Chat } from '../world/chat.js'
import { isAdministrator } from '../world/membership.js'

/** The commands that the menu shows. @param chat Absent where it has not been opened yet: a private one. */
export function commandsShownTo(
  bot: Bot,
  person: { readonly id: number; readonly languageCode: string | undefined },
  chat: Chat | undefined,
): readonly BotCommand[] {
  const language = person.languageCode?.slice(0, 2).toLowerCase() ?? ''
  const chatId = chat?.id ?? person.id
  const isPrivate = chat === undefined || chat.object.type === 'private'
  const rules = !isPrivate && isAdministrator(chat.membership(person.id))
  const scopes: readonly (readonly [string, string?, number?])[] = isPrivate
    ? [['chat', String(chatId)], ['all_private_chats']]
    : [
        ['chat_member', String(chatId), person.id],
        ...(rules ? [['chat_administrators', String(chatId)] as const] : []),
        ['chat', String(chatId)],
        ...(rules ? [['all_chat_administrators'] as const] : []),
        ['all_group_chats'],
      ]
  const keys = scopes.flatMap(([type, id, userId]) =>
    [language, ''].map((tag) => JSON.stringify([type, id, userId, tag])),
  )
  for (const key of [...keys, language, '']) {
    const list = bot.commandLists.get(key)
    if (list !== undefined) return list
  }
  return []
}
