/** The commands of an app as people see them: described in every language, with core's own `/help`. Checked at boot. Pure. */
import { type ErrorCode, PluginError } from '../errors.js'
import type { Command, CommandDescription } from '../plugin/behaviour.js'
import { commandScopes } from '../plugin/command-scope.js'
import type { AnyContract } from '../plugin/contract.js'
import type { PluginDefinition } from '../plugin/plugin.js'
import type { CommandEntry } from '../plugin/services.js'
import type { AppTexts } from '../texts/app-texts.js'
import { coreTextsOwner } from '../texts/core-texts.js'

/** What {@link readCommands} found; the entries are used only where nothing is wrong. */
export interface ReadCommands {
  readonly entries: readonly CommandEntry[]
  readonly faults: readonly PluginError[]
}

/** Bot API, BotCommand. */
const longestDescription = 256
/** Bot API, setMyCommands. */
const mostCommands = 100

/**
 * @param definitions in the order of `requires`
 * @param hasHelp whether core answers `/help` where no plugin does
 */
export function readCommands(
  definitions: readonly PluginDefinition[],
  texts: AppTexts,
  hasHelp: boolean,
): ReadCommands {
  const faults: PluginError[] = []
  const entries = definitions.flatMap(({ contract, behaviour }) =>
    Object.entries(behaviour.commands ?? {}).flatMap(([name, command]) => {
      const entry = entryOf(contract.name, name, command, texts)
      const found = descriptionFaults(entry, command.description)
      faults.push(...found)
      return found.length === 0 ? entry : []
    }),
  )
  const isHelpFree = entries.every(({ name }) => name !== 'help')
  if (hasHelp && isHelpFree && entries.some(({ isHidden }) => !isHidden)) {
    entries.push(
      entryOf(coreTextsOwner, 'help', { description: (t) => t('help.description'), handle() {} }, texts),
    )
  }
  const shown = entries.filter(({ isHidden }) => !isHidden)
  if (shown.length > mostCommands) {
    faults.push(
      new PluginError(
        'COMMANDS_TOO_MANY',
        `The plugins have ${shown.length} commands, and a menu of Telegram holds ${mostCommands}. Hide some of them: hidden: true.`,
      ),
    )
  }
  return { entries, faults }
}

function entryOf(
  plugin: string,
  name: string,
  { description, scopes = [commandScopes[0]], hidden = false }: Command<AnyContract>,
  texts: AppTexts,
): CommandEntry {
  const describe = describer(description, plugin, texts)
  return Object.freeze({
    name,
    plugin,
    scopes,
    isHidden: hidden,
    languages: languagesOf(description, texts),
    describe,
    get description() {
      return describe()
    },
  })
}

function describer(
  description: CommandDescription,
  plugin: string,
  texts: AppTexts,
): (language?: string) => string {
  if (typeof description === 'string') return () => description
  if (typeof description === 'function') return (language) => description(texts.translator(plugin, language))
  const byTag = new Map(Object.entries(description).map(([tag, text]) => [tag.toLowerCase(), text]))
  const fallback = byTag.get(texts.defaultLanguage.toLowerCase()) ?? byTag.get('en') ?? [...byTag.values()][0]
  return (language = '') => {
    const tag = language.toLowerCase()
    return byTag.get(tag) ?? byTag.get(tag.slice(0, 2)) ?? (fallback as string)
  }
}

function languagesOf(description: CommandDescription, texts: AppTexts): readonly string[] {
  if (typeof description === 'string') return []
  return typeof description === 'function' ? texts.languages : Object.keys(description)
}

function descriptionFaults(entry: CommandEntry, description: CommandDescription): PluginError[] {
  const where = `Plugin "${entry.plugin}", command "${entry.name}"`
  const refuse = (text: string, cause?: unknown, code: ErrorCode = 'COMMAND_INVALID') =>
    new PluginError(code, `${where}: ${text}`, { cause })
  if (typeof description === 'object' && Object.keys(description).length === 0)
    return [refuse('its description has no language.')]
  return ['', ...entry.languages].flatMap((language) => {
    const inLanguage = language === '' ? '' : ` (${language})`
    if (language !== '' && !/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(language))
      return [
        refuse(`its description has a language "${language}", which is no tag such as en, ru or pt-BR.`),
      ]
    try {
      const text: unknown = entry.describe(language === '' ? undefined : language)
      const length = typeof text === 'string' ? text.trim().length : 0
      if (length >= 1 && length <= longestDescription) return []
      return [
        refuse(`a description has 1–${longestDescription} characters, this one${inLanguage} ${length}.`),
      ]
    } catch (cause) {
      return [refuse(`its description${inLanguage} failed: ${(cause as Error).message}`, cause)]
    }
  })
}
