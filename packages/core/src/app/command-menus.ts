/** Plans the lists of commands that Telegram is to show: one for each scope and language in which something differs. Pure. */
import type { BotCommand } from 'telegraf/types'
import type { CommandScope } from '../plugin/command-scope.js'
import type { CommandEntry } from '../plugin/services.js'
import { coreTextsOwner } from '../texts/core-texts.js'

/** One list, as setMyCommands takes it. */
export interface CommandMenu {
  readonly scope: CommandScope
  /** Two letters (ISO 639-1); empty for everybody who has no list in a language of theirs. */
  readonly language: string
  readonly commands: readonly BotCommand[]
}

// Telegram shows the narrowest list that there is and no other, so that it has to hold what the wider ones hold.
// Source: https://core.telegram.org/bots/api#determining-list-of-commands
const shownIn: Readonly<Record<CommandScope, readonly CommandScope[]>> = {
  default: ['default'],
  all_private_chats: ['default', 'all_private_chats'],
  all_group_chats: ['default', 'all_group_chats'],
  all_chat_administrators: ['default', 'all_group_chats', 'all_chat_administrators'],
}

/** Whether a command stands in the list of a scope. */
export function isShownIn(entry: CommandEntry, scope: CommandScope): boolean {
  return !entry.isHidden && entry.scopes.some((one) => shownIn[scope].includes(one))
}

/** The lists of an app. A narrow scope has one where some command is of it; a language, where it says something else. */
export function planCommandMenus(entries: readonly CommandEntry[]): CommandMenu[] {
  const scopes = (Object.keys(shownIn) as CommandScope[]).filter((scope) =>
    entries.some((entry) => !entry.isHidden && entry.scopes.includes(scope)),
  )
  return scopes.flatMap((scope) => {
    const shown = entries.filter((entry) => isShownIn(entry, scope))
    const inLanguage = [...menuLanguages(shown)].map(([language, tag]) => menuOf(scope, language, shown, tag))
    return [menuOf(scope, '', shown, undefined), ...inLanguage]
  })
}

function menuOf(
  scope: CommandScope,
  language: string,
  entries: readonly CommandEntry[],
  tag: string | undefined,
): CommandMenu {
  const commands = entries.map((entry) => ({
    command: entry.name,
    description: entry.describe(tag).trim(),
  }))
  return { scope, language, commands }
}

/**
 * Telegram's two letters, and the tag to ask for. Core's own /help is no reason for a list: a bot that speaks English
 * alone would have one in Russian in which a single line is Russian.
 */
function menuLanguages(entries: readonly CommandEntry[]): Map<string, string> {
  const found = new Map<string, string>()
  const tags = new Set(entries.flatMap(({ languages }) => languages))
  for (const tag of [...tags].sort((a, b) => a.length - b.length)) {
    const [language = ''] = tag.toLowerCase().split('-')
    if (language.length !== 2 || found.has(language)) continue
    const saysMore = entries.some(
      (entry) => entry.plugin !== coreTextsOwner && entry.describe(tag) !== entry.describe(),
    )
    if (saysMore) found.set(language, tag)
  }
  return found
}
