/** What becomes of a pressed button: its callback, a polite word where it is out of date, and an end of the waiting in any case. */
import { TelegramError } from 'telegraf'
import type { AnyCallbackData } from '../plugin/callback-data.js'
import type { AppServices } from '../plugin/services.js'
import type { BoundContext, ContextPlugin } from '../telegram/context.js'
import { isCoreCallback } from '../telegram/core-callbacks.js'
import { admits, type Guarded } from './guard-check.js'

/** A callback and whose it is. */
export interface OwnedCallback extends Guarded {
  readonly data?: AnyCallbackData
  run(ctx: BoundContext): unknown
}

/** Whether the update is a pressed button. */
export const isPress = (ctx: BoundContext): boolean => 'callback_query' in ctx.update

/** `false` where no callback has the prefix of the button's data; handlers may know it. */
export async function runCallback(
  ctx: BoundContext,
  callbacks: ReadonlyMap<string, OwnedCallback>,
  enter: (ctx: BoundContext, plugin: ContextPlugin, handler: string) => void,
): Promise<boolean> {
  const query = 'callback_query' in ctx.update ? ctx.update.callback_query : undefined
  if (query === undefined || !('data' in query) || typeof query.data !== 'string') return false
  if (isCoreCallback(query.data)) return true
  const colon = query.data.indexOf(':')
  const [prefix, payload] =
    colon < 0 ? [query.data, ''] : [query.data.slice(0, colon), query.data.slice(colon + 1)]
  const owned = callbacks.get(prefix)
  if (owned === undefined) return false
  enter(ctx, owned.plugin, `callback ${prefix}`)
  const data = owned.data?.read(payload)
  if (owned.data !== undefined && data === undefined) {
    answerOutOfDate(ctx, 'its data has another shape, or a value that is out of bounds')
    return true
  }
  if (owned.guards.length > 0 && !(await admits(ctx, owned, (text) => ctx.answer(text, { alert: true }))))
    return true
  await owned.run(Object.assign(ctx, data === undefined ? { payload } : { payload, data }))
  return true
}

/** For a button that nobody knows: of a plugin that is gone, or of another version. */
export function answerUnknown(ctx: BoundContext): void {
  if (isPress(ctx) && !ctx.isAnswered) answerOutOfDate(ctx, 'no plugin knows it')
}

/**
 * Ends the waiting of the button once the update is committed, with what `ctx.answer` was given, where the handler has
 * not ended it itself. Deferred after all that the handlers deferred.
 */
export function answerAtEnd(ctx: BoundContext): void {
  ctx.afterCommit(async () => {
    if (ctx.isAnswered) return
    const { text, alert, cacheSeconds } = ctx.pendingAnswer ?? {}
    const extra = { ...(alert && { show_alert: true }), ...(cacheSeconds && { cache_time: cacheSeconds }) }
    await ctx.answerCbQuery(text, extra).catch((error: unknown) => noteUnanswered(ctx, error))
  })
}

function answerOutOfDate(ctx: BoundContext, reason: string): void {
  loggerOf(ctx).info({ handler: ctx.handler, reason }, 'A button that was pressed is out of date')
  ctx.answer(ctx.coreTexts('button.stale'))
}

function noteUnanswered(ctx: BoundContext, error: unknown): void {
  // Telegram waits some ten seconds; a bot that was down answers later. Nobody sees the button wait by then.
  const isLate = error instanceof TelegramError && error.code === 400
  loggerOf(ctx)[isLate ? 'debug' : 'warn']({ err: error }, 'A pressed button could not be answered')
}

const loggerOf = (ctx: BoundContext) => (ctx.services as AppServices).logger
