/** What reports must say of events, worked out one by one with the calendar of JavaScript. Shares no code with the plugin. */

/** An event as a test inserts it. */
export interface ModelEvent {
  readonly userId: number
  readonly type: string
  readonly data: Readonly<Record<string, string>>
  readonly durationMs: number | null
  readonly isActivity: boolean
  /** An ISO moment. */
  readonly at: string
}

type By = 'day' | 'week' | 'month'

/** Answers of the model. */
export function modelOf(events: readonly ModelEvent[], zone: string) {
  const calendar = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  })
  const dayOf = (at: string) => calendar.format(new Date(at))
  const dated = events.map((event) => ({ ...event, day: dayOf(event.at) }))
  const daysOf = new Map<number, Set<string>>()
  for (const { userId, day, isActivity } of dated)
    if (isActivity) daysOf.set(userId, (daysOf.get(userId) ?? new Set()).add(day))
  const people = [...daysOf.values()].map((days) => [...days].sort())
  const within = (days: readonly string[], from: string, to: string) =>
    days.some((day) => day >= from && day <= to)
  const before = (days: readonly string[], day: string) => days.some((one) => one < day)

  const peopleBetween = (start: string, end: string, priorStart: string) => {
    const active = people.filter((days) => within(days, start, end))
    const fresh = active.filter((days) => !before(days, start)).length
    const churned = people.filter(
      (days) => within(days, priorStart, shift(start, -1)) && !within(days, start, end),
    ).length
    return { start, active: active.length, new: fresh, returning: active.length - fresh, churned }
  }

  return {
    /** The day that a moment is in. */
    dayOf,
    answers({ from, to }: { from: string; to: string }, by: By) {
      const starts = startsOf(from, to, by)
      const endOf = (start: string) => shift(next(start, by), -1)
      const inRange = dated.filter(({ day }) => day >= from && day <= to)
      const length = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1
      const uses = new Map<string, number>()
      for (const { type, data } of inRange)
        if (type === 'command') uses.set(data.command as string, (uses.get(data.command as string) ?? 0) + 1)
      return {
        people: starts.map((start) => peopleBetween(start, endOf(start), previous(start, by))),
        summary: peopleBetween(from, to, shift(from, -length)),
        retention: starts.map((start, index) => {
          const cohort = people.filter((days) => !before(days, start) && (days[0] as string) <= endOf(start))
          const active = starts
            .slice(index)
            .map((later) => cohort.filter((days) => within(days, later, endOf(later))).length)
          return { start, size: cohort.length, active }
        }),
        events: starts.map((start) => {
          const own = dated.filter(({ day }) => day >= start && day <= endOf(start))
          const byType: Record<string, number> = {}
          for (const { type } of own) byType[type] = (byType[type] ?? 0) + 1
          return { start, total: own.length, byType }
        }),
        funnel: funnelOf(inRange),
        commands: [...uses]
          .map(([command, count]) => ({ command, uses: count }))
          .sort((a, b) => b.uses - a.uses || a.command.localeCompare(b.command)),
      }
    },
  }
}

/** The steps whose funnel the model knows. */
export const modelFunnel = {
  steps: [
    { type: 'command', data: { command: 'c1' } },
    'message',
    { type: 'purchase', data: { paid: 'yes' } },
  ],
  withinDays: 20,
} as const

/** Each person from their first first step on, each later step as early as it can be. */
function funnelOf(events: readonly ModelEvent[]): number[] {
  const taken = [0, 0, 0]
  for (const userId of new Set(events.map((event) => event.userId))) {
    const own = events.filter((event) => event.userId === userId)
    const after = (type: string, isIt: (event: ModelEvent) => boolean, moment: string, until: string) =>
      own
        .filter((event) => event.type === type && isIt(event) && event.at > moment && event.at <= until)
        .map(({ at }) => at)
        .sort()[0]
    const begun = after('command', ({ data }) => data.command === 'c1', '', '9')
    if (begun === undefined) continue
    const until = new Date(Date.parse(begun) + 20 * 86_400_000).toISOString()
    const second = after('message', () => true, begun, until)
    const third = second && after('purchase', ({ data }) => data.paid === 'yes', second, until)
    for (const [step, at] of [begun, second, third].entries())
      if (at !== undefined) taken[step] = (taken[step] as number) + 1
  }
  return taken
}

const shift = (day: string, days: number) => {
  const date = new Date(`${day}T12:00:00Z`)
  date.setUTCDate(date.getUTCDate() + days)
  return date.toISOString().slice(0, 10)
}

function next(start: string, by: By): string {
  if (by === 'day') return shift(start, 1)
  if (by === 'week') return shift(start, 7)
  return `${shift(`${start.slice(0, 7)}-28`, 4).slice(0, 7)}-01`
}

function previous(start: string, by: By): string {
  if (by === 'day') return shift(start, -1)
  if (by === 'week') return shift(start, -7)
  return `${shift(start, -1).slice(0, 7)}-01`
}

function startsOf(from: string, to: string, by: By): string[] {
  let start = from
  if (by === 'month') start = `${from.slice(0, 7)}-01`
  // Monday is the first day of a week.
  if (by === 'week') while (new Date(`${start}T12:00:00Z`).getUTCDay() !== 1) start = shift(start, -1)
  const starts: string[] = []
  for (; start <= to; start = next(start, by)) starts.push(start)
  return starts
}
