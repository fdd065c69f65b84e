/** setMyCommands, getMyCommands, deleteMyCommands: one list per scope and language. */
import { badRequest } from '../bot-api/api-error.js'
import type { BotCommand } from '../bot-api/objects.js'
import type { MethodCall, MethodGroup } from './method.js'
import type { Parameters } from './parameters.js'

/** The methods of this group. */
export const commandMethods: MethodGroup = { setMyCommands, getMyCommands, deleteMyCommands }

function setMyCommands({ bot, parameters }: MethodCall): true {
  const value = parameters.json('commands', 'commands')
  if (!Array.isArray(value)) throw badRequest("can't parse commands: Expected an Array of BotCommand")
  if (value.length > 100) throw badRequest('BOT_COMMANDS_TOO_MUCH')
  bot.commandLists.set(listKey(parameters), value.map(parseCommand))
  return true
}

function getMyCommands({ bot, parameters }: MethodCall): BotCommand[] {
  return bot.commandLists.get(listKey(parameters)) ?? []
}

function deleteMyCommands({ bot, parameters }: MethodCall): true {
  bot.commandLists.delete(listKey(parameters))
  return true
}

function parseCommand(value: unknown): BotCommand {
  const { command, description } = (value ?? {}) as Partial<BotCommand>
  if (typeof command !== 'string' || typeof description !== 'string') {
    throw badRequest("can't parse BotCommand: Object expected")
  }
  const name = command.replace(/^\//, '')
  if (!/^[a-z0-9_]{1,32}$/.test(name)) throw badRequest('BOT_COMMAND_INVALID')
  if (description.length < 1 || description.length > 256) throw badRequest('BOT_COMMAND_DESCRIPTION_INVALID')
  return { command: name, description }
}

/** The default scope without a language is the list that people see: key `''`. */
function listKey(parameters: Parameters): string {
  const scope = parameters.json('scope', 'scope') as
    | { type?: string; chat_id?: unknown; user_id?: unknown }
    | undefined
  const language = parameters.text('language_code') ?? ''
  const isDefault = !scope?.type || scope.type === 'default'
  if (isDefault) return language
  return JSON.stringify([scope.type, scope.chat_id, scope.user_id, language])
}
