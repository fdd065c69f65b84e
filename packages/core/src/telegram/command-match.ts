/** Finds the command of a message. One pass, no pattern for each command: the name is then looked up in a Map. */

import { type CommandEntity, splitArguments } from './command-arguments.js'

/** What is read of a message. */
export interface CommandSource {
  text?: string
  caption?: string
  entities?: readonly CommandEntity[]
  caption_entities?: readonly CommandEntity[]
}

/** A command and what follows it. */
export interface ParsedCommand {
  /** Its name in lower case, without slash and bot: `start`. Names are compared without case. */
  command: string
  /** All that follows, without white space around it; of a deep link, its parameter. As it was written. */
  payload: string
  /** What follows, split at spaces and line feeds; quotes hold words together, a mention is one. As `ctx.args` of telegraf. */
  args: string[]
}

/**
 * The command at the very start of the text or the caption, or undefined: where there is none, or where it is for
 * another bot (`/start@otherbot`). Takes any message; which kinds are asked (edited ones, channel posts) is up to the caller.
 * Source: https://core.telegram.org/bots/features#commands
 */
export function parseCommand(message: CommandSource, botUsername: string): ParsedCommand | undefined {
  const entities = message.text === undefined ? message.caption_entities : message.entities
  if (entities === undefined) return undefined
  const text = message.text ?? message.caption
  const length = commandLength(entities)
  if (text === undefined || length < 2) return undefined
  const at = text.indexOf('@')
  const isAddressed = at !== -1 && at < length
  if (isAddressed && text.slice(at + 1, length).toLowerCase() !== botUsername.toLowerCase()) return undefined
  const command = text.slice(1, isAddressed ? at : length).toLowerCase()
  if (command === '') return undefined
  return {
    command,
    payload: text.slice(length).trim(),
    args: text.length === length ? [] : splitArguments(text.slice(length), entities, length),
  }
}

// Entities of one place come in any order: a bold command has `bold` before `bot_command`.
function commandLength(entities: readonly CommandEntity[]): number {
  for (const { type, offset, length } of entities) if (offset === 0 && type === 'bot_command') return length
  return 0
}
