/** The way of an update through the plugins: middleware, then commands, then callbacks, then an active conversation, then handlers. Built once at boot; a command costs one Map lookup. */
import { Composer } from 'telegraf'
import type { Behaviour, Callback, Command, Installation } from '../plugin/behaviour.js'
import type { AnyContract } from '../plugin/contract.js'
import type { Guard } from '../plugin/guard.js'
import { Conversations } from '../state/conversations.js'
import type { BoundContext, ContextPlugin, UpdateContext } from '../telegram/context.js'
import { traceChannels } from '../trace.js'
import type { Dispatch } from '../updates/update-handler.js'
import { answerAtEnd, answerUnknown, isPress, type OwnedCallback, runCallback } from './callback-stage.js'
import { askedCommandOf, runCommand, updatesOf } from './command-stage.js'
import { conversationKindsOf, knownConversations } from './conversation-stage.js'
import { type BoundGuard, bindGuards, type Guarded, refusingGuard } from './guard-check.js'

/** A plugin whose options are resolved. */
export interface DispatchedPlugin extends ContextPlugin {
  readonly behaviour: Behaviour<AnyContract>
}

interface Stage {
  readonly plugin: ContextPlugin
  readonly name: string
  run(ctx: BoundContext, next: () => Promise<void>): unknown
}

interface Failure {
  readonly error: unknown
  readonly plugin: ContextPlugin | undefined
  readonly handler: string | undefined
}

interface Owned<T> extends Guarded {
  readonly value: T
}

/**
 * @param plugins in the order of `requires`
 * @param botUsername decides whose `/start@somebot` is
 */
export function createDispatcher(plugins: readonly DispatchedPlugin[], botUsername: string): Dispatch {
  const middleware = plugins.flatMap((plugin) => stagesOf(plugin, 'middleware', plugin.behaviour.middleware))
  const commands = ownedBy<Command<AnyContract>>(plugins, ({ commands = {} }) => commands)
  const callbacks = callbacksOf(plugins)
  const handlers = plugins.flatMap((plugin) =>
    stagesOf(plugin, 'handlers', plugin.behaviour.handlers).map((stage) =>
      guarded(stage, bindGuards(plugin.behaviour.handlers?.guards, plugins)),
    ),
  )
  const known = plugins.flatMap(knownConversations)
  const conversations = known.length === 0 ? undefined : new Conversations({ known, enter })

  const answerOther = async (ctx: BoundContext): Promise<void> => {
    if (isPress(ctx) && (await runCallback(ctx, callbacks, enter))) return
    if (conversations !== undefined && (await conversations.answer(ctx))) return
    await runStages(handlers, ctx, async () => answerUnknown(ctx))
  }
  const answer: Dispatch = (ctx) => {
    const asked = askedCommandOf(ctx, commands, botUsername)
    return asked === undefined ? answerOther(ctx) : runCommand(ctx, asked, enter)
  }
  const run: Dispatch =
    middleware.length === 0 ? answer : (ctx) => runStages(middleware, ctx, () => answer(ctx))
  const runPress: Dispatch = async (ctx) => {
    await run(ctx)
    answerAtEnd(ctx)
  }
  const dispatch: Dispatch = (ctx) => (isPress(ctx) ? runPress(ctx) : run(ctx))
  if (conversations === undefined) return dispatch
  return (ctx) => {
    ctx.conversations = conversations
    return dispatch(ctx)
  }
}

/** The kinds of update that the plugins listen to. A Composer cannot be asked, so that each part names its own. */
export function allowedUpdatesOf(behaviours: readonly Behaviour<AnyContract>[]): string[] {
  const kinds = new Set<string>()
  for (const behaviour of behaviours) {
    const { middleware, commands = {}, callbacks = {}, handlers } = behaviour
    for (const kind of [...(middleware?.updates ?? []), ...(handlers?.updates ?? [])]) kinds.add(kind)
    for (const command of Object.values(commands)) for (const kind of updatesOf(command)) kinds.add(kind)
    if (Object.keys(callbacks).length > 0) kinds.add('callback_query')
    for (const kind of conversationKindsOf(behaviour)) kinds.add(kind)
  }
  return [...kinds].sort()
}

function stagesOf(
  plugin: DispatchedPlugin,
  name: string,
  installation: Pick<Installation<AnyContract>, 'install'> | undefined,
): Stage[] {
  if (installation === undefined) return []
  const composer = new Composer<UpdateContext<any, any>>()
  installation.install(composer, plugin.options as never)
  const run = composer.middleware()
  return [{ plugin, name, run: (ctx, next) => run(ctx, next) }]
}

/** Whom the guards do not admit passes by: another handler may be for them. Nothing is said, since nobody asked for this one. */
function guarded(stage: Stage, guards: readonly BoundGuard[]): Stage {
  if (guards.length === 0) return stage
  const { plugin } = stage
  return {
    ...stage,
    run: async (ctx, next) => {
      const refusing = await refusingGuard(ctx, { plugin, guards })
      ctx.enter(plugin, stage.name)
      return refusing === undefined ? stage.run(ctx, next) : next()
    },
  }
}

function ownedBy<T extends { readonly guards?: readonly Guard<string>[] }>(
  plugins: readonly DispatchedPlugin[],
  pick: (behaviour: Behaviour<AnyContract>) => Readonly<Record<string, T>>,
): Map<string, Owned<T>> {
  return new Map(
    plugins.flatMap((plugin) =>
      Object.entries(pick(plugin.behaviour)).map(
        ([name, value]) => [name, { plugin, value, guards: bindGuards(value.guards, plugins) }] as const,
      ),
    ),
  )
}

function callbacksOf(plugins: readonly DispatchedPlugin[]): Map<string, OwnedCallback> {
  const owned = ownedBy<Callback<AnyContract, any>>(plugins, ({ callbacks = {} }) => callbacks)
  return new Map(
    [...owned].map(([prefix, { plugin, guards, value }]) => [
      prefix,
      { plugin, guards, data: value.data, run: (ctx) => value.handle(ctx as never) },
    ]),
  )
}

/** Runs stages in order, each passing on with `next()`; the context speaks for the plugin that has it. */
async function runStages(
  stages: readonly Stage[],
  ctx: BoundContext,
  end: () => Promise<void>,
): Promise<void> {
  const runFrom = async (index: number): Promise<void> => {
    const stage = stages[index]
    if (stage === undefined) {
      ctx.enter(undefined, undefined)
      return end()
    }
    enter(ctx, stage.plugin, stage.name)
    let inner: Failure | undefined
    try {
      await stage.run(ctx, async () => {
        try {
          await runFrom(index + 1)
        } catch (error) {
          inner = { error, plugin: ctx.plugin, handler: ctx.handler }
          throw error
        } finally {
          ctx.enter(stage.plugin, stage.name)
        }
      })
    } catch (error) {
      // Passed on untouched, a failure stays that of the plugin that threw it.
      if (inner?.error === error) ctx.enter(inner?.plugin, inner?.handler)
      throw error
    }
  }
  await runFrom(0)
}

function enter(ctx: BoundContext, plugin: ContextPlugin, handler: string): void {
  ctx.enter(plugin, handler)
  if (!traceChannels.dispatched.hasSubscribers) return
  const { botInfo, update } = ctx
  traceChannels.dispatched.publish({
    botId: botInfo.id,
    updateId: update.update_id,
    plugin: plugin.name,
    handler,
  })
}
