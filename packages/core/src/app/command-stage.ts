/** Finds the command of a message in a Map, asks its guards and runs it. */
import type { Command, CommandUpdate } from '../plugin/behaviour.js'
import type { AnyContract } from '../plugin/contract.js'
import { type CommandSource, parseCommand } from '../telegram/command-match.js'
import type { BoundContext, ContextPlugin } from '../telegram/context.js'
import { admits, type Guarded } from './guard-check.js'

/** A command and whose it is. */
export interface OwnedCommand extends Guarded {
  readonly value: Command<AnyContract>
}

/** Where a command is answered. */
export const updatesOf = (command: Command<AnyContract>): readonly CommandUpdate[] =>
  command.updates ?? ['message']

/** `false` where the update has no command of the app. */
export async function runCommand(
  ctx: BoundContext,
  commands: ReadonlyMap<string, OwnedCommand>,
  botUsername: string,
  enter: (ctx: BoundContext, plugin: ContextPlugin, handler: string) => void,
): Promise<boolean> {
  const found = commandMessageOf(ctx)
  const parsed = found && parseCommand(found.message as CommandSource, botUsername)
  const owned = parsed && commands.get(parsed.command)
  if (found === undefined || parsed === undefined || owned === undefined) return false
  if (!updatesOf(owned.value).includes(found.kind)) return false
  enter(ctx, owned.plugin, `/${parsed.command}`)
  if (owned.guards.length > 0 && !(await admits(ctx, owned, (text) => ctx.outbox.reply(text)))) return true
  await owned.value.handle(Object.assign(ctx, parsed) as never)
  return true
}

function commandMessageOf({ update }: BoundContext) {
  if ('message' in update) return { kind: 'message', message: update.message } as const
  if ('edited_message' in update) return { kind: 'edited_message', message: update.edited_message } as const
  if ('channel_post' in update) return { kind: 'channel_post', message: update.channel_post } as const
  if ('edited_channel_post' in update)
    return { kind: 'edited_channel_post', message: update.edited_channel_post } as const
  return undefined
}
