/** The plugins of the whole job, with their options, as a start of the app has them; nothing is opened. */
import { analytics } from '@hello/plugin-analytics'
import { users } from '@hello/plugin-users'
import type { AnyPlugin } from '../../packages/core/src/app/app.js'
import { orderPlugins } from '../../packages/core/src/app/order-plugins.js'
import { readSettings, type Settings } from '../../packages/core/src/app/settings.js'
import { defineContract } from '../../packages/core/src/plugin/contract.js'
import { definePlugin } from '../../packages/core/src/plugin/plugin.js'
import { type AppTexts, readAppTexts } from '../../packages/core/src/texts/app-texts.js'
import { coreVersion } from '../../packages/core/src/version.js'

/** The token of a bot that is never called. */
export const token = `4242424242:${'A'.repeat(35)}`

/** Who the bot is. */
export const me = {
  id: 4242424242,
  is_bot: true,
  first_name: 'Bench',
  username: 'bench_bot',
  can_join_groups: true,
  can_read_all_group_messages: false,
  supports_inline_queries: false,
} as const

/** Settings and texts of an app of these plugins. */
export function settingsOf(plugins: readonly AnyPlugin[]): { settings: Settings; texts: AppTexts } {
  const definitions = orderPlugins(plugins, coreVersion)
  const env = {
    ENVIRONMENT: 'test',
    BOT_TOKEN: token,
    LOG_LEVEL: 'silent',
    DATABASE_URL: 'postgresql://127.0.0.1/none',
  }
  const { texts } = readAppTexts({
    plugins: definitions.map(({ contract: { name, texts } }) => ({ name, texts })),
    overrides: undefined,
  })
  return { settings: readSettings(definitions, env), texts }
}

/** A plugin with so many commands `/command_0` …, each of which calls `handle`. */
export function commander(count: number, handle: () => void): AnyPlugin {
  const contract = defineContract({ name: 'commander', requires: [] })
  const names = Array.from({ length: count }, (_, index) => `command_${index}`)
  const commands = Object.fromEntries(
    names.map((name) => [name, { description: name, handle: () => handle() }]),
  )
  return definePlugin(contract, { commands })() as unknown as AnyPlugin
}

/** Users, analytics, and the greeting that needs both. */
export function greeters(): readonly AnyPlugin[] {
  const contract = defineContract({ name: 'greeting', requires: [users, analytics] })
  return [users(), analytics({ tracks: false }), definePlugin(contract, {})()] as unknown as AnyPlugin[]
}

/** An update that brings the command. */
export function commandUpdate(id: number, command: string) {
  const from = {
    id: 7_000_000_000,
    is_bot: false,
    first_name: 'Alice',
    username: 'alice',
    language_code: 'en',
  }
  return {
    update_id: id,
    message: {
      message_id: id,
      date: 1_700_000_000,
      chat: { id: from.id, type: 'private' as const, first_name: from.first_name, username: from.username },
      from,
      text: `/${command}`,
      entities: [{ offset: 0, length: command.length + 1, type: 'bot_command' as const }],
    },
  }
}
