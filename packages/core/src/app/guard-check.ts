/** Asks guards, each with the context of the plugin that defines it; at the first that does not admit it ends. */
import type { Guard, GuardDefinition } from '../plugin/guard.js'
import type { AppServices } from '../plugin/services.js'
import type { BoundContext, ContextPlugin } from '../telegram/context.js'

/** A guard and whom it speaks for. */
export interface BoundGuard {
  readonly name: string
  /** The plugin that defines it; `undefined` for one of none, which speaks for whoever uses it. */
  readonly owner: ContextPlugin | undefined
  readonly definition: GuardDefinition<any>
}

/** What stands behind guards. */
export interface Guarded {
  readonly plugin: ContextPlugin
  readonly guards: readonly BoundGuard[]
}

/** Finds the owners of guards once, at boot. */
export function bindGuards(
  guards: readonly Guard<string>[] | undefined,
  plugins: readonly ContextPlugin[],
): readonly BoundGuard[] {
  return (guards ?? []).map((guard) => ({
    name: guard.name,
    owner: plugins.find(({ name }) => name === guard.plugin),
    definition: guard['~definition'],
  }))
}

/** The guard that does not admit; `undefined` where all do. @param known what was asked before in this update, by guard */
export async function refusingGuard(
  ctx: BoundContext,
  { plugin, guards }: Guarded,
  known?: Map<GuardDefinition<any>, boolean>,
): Promise<BoundGuard | undefined> {
  for (const guard of guards) {
    const { definition, owner, name } = guard
    let admits = known?.get(definition)
    if (admits === undefined) {
      ctx.enter(owner ?? plugin, `guard ${name}`)
      // Only `true`: a guard that forgets to answer must not open the door.
      admits = (await definition.allows(ctx as never)) === true
      known?.set(definition, admits)
    }
    if (!admits) return guard
  }
  return undefined
}

/** Whether all guards admit. The person who is refused is told by `tell` what the guard has to say, if anything. */
export async function admits(
  ctx: BoundContext,
  guarded: Guarded,
  tell: (text: string) => unknown,
): Promise<boolean> {
  if (guarded.guards.length === 0) return true
  const handler = ctx.handler
  const guard = await refusingGuard(ctx, guarded)
  if (guard !== undefined) {
    const { logger } = ctx.services as AppServices
    logger.debug({ guard: guard.name, handler }, 'A guard did not admit a person')
    const text = await guard.definition.refuse?.(ctx as never)
    if (typeof text === 'string' && text !== '') await tell(text)
  }
  ctx.enter(guarded.plugin, handler)
  return guard === undefined
}
