/** Core's answer to `/help`: the commands that this person may use in this chat, in the person's language. */
import type { Telegram } from 'telegraf'
import type { Command } from '../plugin/behaviour.js'
import type { CommandScope } from '../plugin/command-scope.js'
import type { CommandContext } from '../plugin/contexts.js'
import type { AnyContract } from '../plugin/contract.js'
import type { CommandEntry } from '../plugin/services.js'
import type { BoundContext } from '../telegram/context.js'
import { coreTextsOwner } from '../texts/core-texts.js'
import { isShownIn } from './command-menus.js'
import type { DispatchedPlugin } from './dispatcher.js'
import { bindGuards, type Guarded, refusingGuard } from './guard-check.js'

/** Bot API, sendMessage: in UTF-16 units. */
const longestMessage = 4096

/** Core as a plugin that answers `/help`; without it where the entries have none of core. */
export function createHelpPlugin(
  entries: readonly CommandEntry[],
  plugins: readonly DispatchedPlugin[],
): DispatchedPlugin[] {
  const own = entries.find(({ plugin }) => plugin === coreTextsOwner)
  if (own === undefined) return []
  const listed = entries.map((entry) => ({ entry, guarded: guardedOf(entry, plugins) }))
  const help: Command<AnyContract> = {
    description: own.description,
    handle: async (ctx) => {
      const bound = ctx as unknown as BoundContext
      const lines = await linesFor(bound, ctx, listed)
      for (const text of messagesOf(bound.coreTexts('help.heading'), lines)) await ctx.outbox.reply(text)
    },
  }
  const reach = { plugin: coreTextsOwner, refusalOf: () => undefined }
  return [{ name: coreTextsOwner, reach, options: undefined, behaviour: { commands: { [own.name]: help } } }]
}

interface Listed {
  readonly entry: CommandEntry
  readonly guarded: Guarded | undefined
}

async function linesFor(
  bound: BoundContext,
  ctx: CommandContext<AnyContract>,
  listed: readonly Listed[],
): Promise<string[]> {
  const scope = await scopeOf(ctx, listed)
  const { plugin, handler } = bound
  // Asked once for all commands that it stands before.
  const known = new Map()
  const lines: string[] = []
  for (const { entry, guarded } of listed) {
    if (!isShownIn(entry, scope)) continue
    if (guarded !== undefined && (await refusingGuard(bound, guarded, known)) !== undefined) continue
    lines.push(`/${entry.name} – ${entry.describe(bound.language)}`)
  }
  bound.enter(plugin, handler)
  return lines
}

/** Whose list of commands Telegram would show here. Whether somebody administrates a group is asked only where it matters. */
async function scopeOf(ctx: CommandContext<AnyContract>, listed: readonly Listed[]): Promise<CommandScope> {
  const { chat } = ctx
  if (chat?.type === 'private') return 'all_private_chats'
  if (chat?.type !== 'group' && chat?.type !== 'supergroup') return 'default'
  const isForAdministrators = listed.some(
    ({ entry }) => isShownIn(entry, 'all_chat_administrators') && !isShownIn(entry, 'all_group_chats'),
  )
  if (!isForAdministrators) return 'all_group_chats'
  // Who administrates without a name writes as the group itself.
  const isAnonymous = ctx.msg.sender_chat?.id === chat.id
  const isAdministrator = isAnonymous || (await isAdministratorOf(ctx.telegram, chat.id, ctx.from.id))
  return isAdministrator ? 'all_chat_administrators' : 'all_group_chats'
}

async function isAdministratorOf(telegram: Telegram, chatId: number, userId: number): Promise<boolean> {
  const { status } = await telegram.getChatMember(chatId, userId)
  return status === 'administrator' || status === 'creator'
}

function guardedOf(
  { plugin: owner, name }: CommandEntry,
  plugins: readonly DispatchedPlugin[],
): Guarded | undefined {
  const plugin = plugins.find((one) => one.name === owner)
  const guards = plugin?.behaviour.commands?.[name]?.guards
  return plugin && guards && { plugin, guards: bindGuards(guards, plugins) }
}

/** The list in as few messages as hold it; no line is divided. */
function messagesOf(heading: string, lines: readonly string[]): string[] {
  const messages: string[] = []
  let text = `${heading}\n`
  for (const line of lines) {
    if (text.length + 1 + line.length > longestMessage) {
      messages.push(text)
      text = line
    } else text = `${text}\n${line}`
  }
  return [...messages, text]
}
