/** `/stats`: what people do, as a picture and a few lines, for those who run the bot. */
import type { Command, CommandContext } from '@hello/core'
import { requireRole } from '@hello/plugin-users'
import { peoplePng } from './chart.js'
import type { AnalyticsContract } from './contract.js'
import { addDays, movePeriod, type Period, startOf } from './reports/periods.js'

/** See the file's purpose. */
export const stats: Command<AnalyticsContract> = {
  description: (t) => t('describe'),
  // A menu of Telegram cannot ask a guard, and most people are none of those who may.
  hidden: true,
  guards: [requireRole('admin')],
  handle: show,
}

type Span = 'week' | 'month' | 'year'

async function show(ctx: CommandContext<AnalyticsContract>): Promise<void> {
  const span = ctx.payload.toLowerCase() || 'month'
  if (span !== 'week' && span !== 'month' && span !== 'year') {
    await ctx.outbox.reply(ctx.t('usage'))
    return
  }
  const { analyticsReports: reports } = ctx.services
  const { from, to, by } = await rangeOf(ctx, span)
  const people = await reports.people({ from, to, by })
  const photo = await peoplePng({
    title: ctx.t(span),
    periods: people,
    labels: people.map(({ start }) => labelOf(start, by, ctx.language)),
    newLabel: ctx.t('new'),
    returningLabel: ctx.t('returning'),
  })
  await ctx.outbox.replyWithPhoto(
    { source: photo, filename: 'stats.png' },
    { caption: await captionOf(ctx, from, to) },
  )
}

async function rangeOf(ctx: CommandContext<AnalyticsContract>, span: Span) {
  const to = await ctx.services.analyticsReports.today()
  const by: Period = span === 'year' ? 'month' : 'day'
  const from =
    span === 'year' ? movePeriod(startOf(to, 'month'), 'month', -11) : addDays(to, span === 'week' ? -6 : -29)
  return { from, to, by }
}

async function captionOf({ t, services }: CommandContext<AnalyticsContract>, from: string, to: string) {
  const { analyticsReports: reports } = services
  const range = { from, to }
  // One after the other: a unit of work has one connection.
  const { active, new: fresh, returning, churned } = await reports.summary(range)
  const today = await reports.summary({ from: to, to })
  const events = await reports.events({ ...range, by: 'month' })
  const commands = await reports.topCommands({ ...range, limit: 5 })
  const { count, medianMs, p95Ms } = await reports.responseTimes(range)
  const list = commands.map(({ command, uses }) => `/${command} ${uses}`).join(', ')
  return [
    t('people', { active, fresh, returning }),
    t('churned', { churned }),
    t('today', { active: today.active, fresh: today.new }),
    t('events', { total: events.reduce((sum, { total }) => sum + total, 0) }),
    ...(list === '' ? [] : [t('commands', { list })]),
    ...(count === 0 ? [] : [t('times', { median: Math.round(medianMs), p95: Math.round(p95Ms) })]),
  ].join('\n')
}

/** A calendar day has no zone; read as UTC and shown in UTC it stays itself. */
function labelOf(start: string, by: Period, language: string): string {
  const parts: Intl.DateTimeFormatOptions =
    by === 'month' ? { month: 'short' } : { day: 'numeric', month: 'short' }
  return new Intl.DateTimeFormat(language, { ...parts, timeZone: 'UTC' }).format(new Date(start))
}
