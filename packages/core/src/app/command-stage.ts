/** Finds the command of a message in a Map, asks its guards and runs it. */
import type { Command, CommandUpdate } from '../plugin/behaviour.js'
import type { AnyContract } from '../plugin/contract.js'
import { type CommandSource, type ParsedCommand, parseCommand } from '../telegram/command-match.js'
import type { BoundContext, ContextPlugin } from '../telegram/context.js'
import { admits, type Guarded } from './guard-check.js'

/** A command and whose it is. */
export interface OwnedCommand extends Guarded {
  readonly value: Command<AnyContract>
}

/** Where a command is answered. */
export const updatesOf = (command: Command<AnyContract>): readonly CommandUpdate[] =>
  command.updates ?? ['message']

const kinds: readonly CommandUpdate[] = ['message', 'edited_message', 'channel_post', 'edited_channel_post']

/** A command that a message asks for. */
export interface AskedCommand {
  readonly owned: OwnedCommand
  readonly parsed: ParsedCommand
}

/** The command of the app that the update asks for; `undefined` where it asks for none. */
export function askedCommandOf(
  { update }: BoundContext,
  commands: ReadonlyMap<string, OwnedCommand>,
  botUsername: string,
): AskedCommand | undefined {
  const kind = kinds.find((each) => each in update)
  if (kind === undefined) return undefined
  const { [kind]: message } = update as unknown as Record<CommandUpdate, CommandSource>
  const parsed = parseCommand(message, botUsername)
  if (parsed === undefined) return undefined
  const owned = commands.get(parsed.command)
  return owned !== undefined && updatesOf(owned.value).includes(kind) ? { owned, parsed } : undefined
}

/** Asks its guards and runs it. */
export async function runCommand(
  ctx: BoundContext,
  { owned, parsed }: AskedCommand,
  enter: (ctx: BoundContext, plugin: ContextPlugin, handler: string) => void,
): Promise<void> {
  enter(ctx, owned.plugin, `/${parsed.command}`)
  if (owned.guards.length > 0 && !(await admits(ctx, owned, (text) => ctx.outbox.reply(text)))) return
  ctx.setCommand(parsed)
  await owned.value.handle(ctx as never)
}
