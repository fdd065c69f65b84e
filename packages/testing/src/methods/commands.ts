/** setMyCommands, getMyCommands, deleteMyCommands: one list per scope and language. */
import { badRequest } from '../bot-api/api-error.js'
import { FieldError, isJsonObject, readAs, requiredInteger, requiredText } from '../bot-api/json-fields.js'
import type { BotCommand } from '../bot-api/objects.js'
import type { MethodCall, MethodGroup } from './method.js'
import type { Parameters } from './parameters.js'
import { findChatBy } from './target-chat.js'

/** The methods of this group. */
export const commandMethods: MethodGroup = { setMyCommands, getMyCommands, deleteMyCommands }

const wideScopes = new Set(['default', 'all_private_chats', 'all_group_chats', 'all_chat_administrators'])

const narrowScopes = new Set(['chat', 'chat_administrators', 'chat_member'])

function setMyCommands(call: MethodCall): true {
  const { bot, parameters } = call
  const value = parameters.json('commands', 'commands') ?? []
  if (!Array.isArray(value)) throw badRequest('expected an Array of BotCommand')
  if (value.length > 100) throw badRequest('BOT_COMMANDS_TOO_MUCH')
  bot.commandLists.set(listKey(call), value.map(parseCommand))
  return true
}

function getMyCommands(call: MethodCall): BotCommand[] {
  return call.bot.commandLists.get(listKey(call)) ?? []
}

function deleteMyCommands(call: MethodCall): true {
  call.bot.commandLists.delete(listKey(call))
  return true
}

function parseCommand(value: unknown): BotCommand {
  const { command, description } = readAs("can't parse BotCommand", () => {
    if (!isJsonObject(value)) throw new FieldError('expected an Object')
    return { command: requiredText(value, 'command'), description: requiredText(value, 'description') }
  })
  const name = command.replace(/^\//, '')
  if (!/^[a-z0-9_]{1,32}$/.test(name)) throw badRequest('BOT_COMMAND_INVALID')
  if (description.length < 1 || description.length > 256) throw badRequest('BOT_COMMAND_DESCRIPTION_INVALID')
  return { command: name, description }
}

/** The default scope without a language is the list that people see: key `''`. */
function listKey({ parameters, state, bot }: MethodCall): string {
  const language = parameters.text('language_code') ?? ''
  if (language !== '' && !/^[a-z]{2}$/.test(language)) throw badRequest('invalid language code specified')
  const scope = readScope(parameters)
  if (scope.type === 'default') return language
  if (scope.chatId !== undefined) findChatBy({ state, bot }, scope.chatId, 'members')
  return JSON.stringify([scope.type, scope.chatId, scope.userId, language])
}

interface Scope {
  readonly type: string
  readonly chatId?: string
  readonly userId?: number
}

function readScope(parameters: Parameters): Scope {
  const value = parameters.json('scope', 'BotCommandScope')
  if (value === undefined) return { type: 'default' }
  return readAs("can't parse BotCommandScope", () => {
    if (!isJsonObject(value)) throw new FieldError('BotCommandScope must be an Object')
    const type = requiredText(value, 'type')
    if (wideScopes.has(type)) return { type }
    if (!narrowScopes.has(type)) throw new FieldError('Unsupported type specified')
    const chatId = requiredText(value, 'chat_id')
    if (chatId === '') throw new FieldError('Empty chat_id specified')
    if (type !== 'chat_member') return { type, chatId }
    const userId = requiredInteger(value, 'user_id')
    if (userId <= 0) throw new FieldError('Invalid user_id specified')
    return { type, chatId, userId }
  })
}
