/** What each figure of the summary means, which way it should go, and what it is to reach. Pure. */

/**
 * `isMore`: more is better. `goal`: the worst that is good enough.
 * `isAbsolute`: says something on one machine alone. `isShare`: a part of a whole, whose changes are parts of it too.
 * `slack`: how much worse than the recorded one it may be before a check complains.
 */
export const goals = [
  {
    path: 'ratios.updatesPerSecond.telegraf-pg',
    label: 'updates/s against telegraf + pg',
    isMore: true,
    goal: 2,
  },
  {
    path: 'ratios.updatesPerSecond.grammy-kysely',
    label: 'updates/s against grammY + Kysely',
    isMore: true,
    goal: 2.5,
  },
  {
    path: 'ratios.updatesPerSecond.grammy-drizzle',
    label: 'updates/s against grammY + Drizzle',
    isMore: true,
  },
  {
    path: 'ratios.updatesPerSecond.telegraf-sequelize',
    label: 'updates/s against telegraf + Sequelize',
    isMore: true,
    goal: 4,
  },
  { path: 'ratios.cpuPerUpdate.floor', label: 'CPU per update against the floor', goal: 1.4 },
  { path: 'ratios.p99.telegraf-pg', label: 'p99 against telegraf + pg', goal: 1, slack: 0.25 },
  {
    path: 'ratios.dispatch200.telegraf',
    label: 'dispatch with 200 commands against telegraf',
    goal: 1 / 300,
  },
  { path: 'ratios.users1e6', label: 'cost per update, 10^6 people against 10^3', goal: 1.15 },
  { path: 'scopeMicros', label: 'scope and unit of work with no query, µs', goal: 8, isAbsolute: true },
  { path: 'inboxShare', label: 'share of the inbox in an update', goal: 0.1, isShare: true, slack: 0.03 },
  { path: 'startMs', label: 'start to the first answer, ms', goal: 1_000, isAbsolute: true },
  { path: 'idleRssMb', label: 'memory when idle, MB', goal: 100, isAbsolute: true },
]

/** @param {object} summary @param {string} path such as `ratios.users1e6` */
export const valueAt = (summary, path) =>
  path.split('.').reduce((value, key) => value?.[key], summary) ?? null

/** Whether a figure is as good as it is to be; `undefined` where it was not measured or has no goal. @param {typeof goals[number]} goal @param {number | null} value */
export function isReached({ goal, isMore = false }, value) {
  if (goal === undefined || value === null) return undefined
  return isMore ? value >= goal : value <= goal
}

/** How much may be lost before a check complains, where a goal says nothing else. */
const usualSlack = 0.1

/**
 * What got slower since it was recorded.
 *
 * @param {object} recorded @param {object} current two summaries
 * @param {{ isSameMachine: boolean, tolerance?: number }} how on another machine only ratios are compared; `tolerance` widens every slack by a factor
 * @returns {{ label: string, recorded: number, current: number, change: number, isSlower: boolean }[]} `change` is above 0 where it got worse
 */
export function compare(recorded, current, { isSameMachine, tolerance = 1 }) {
  return goals.flatMap((goal) => {
    const [before, now] = [valueAt(recorded, goal.path), valueAt(current, goal.path)]
    if (before === null || now === null || (goal.isAbsolute && !isSameMachine)) return []
    const change = worsening(goal, before, now)
    const isSlower = change > (goal.slack ?? usualSlack) * tolerance
    return [{ label: goal.label, recorded: before, current: now, change, isSlower }]
  })
}

function worsening({ isMore = false, isShare = false }, before, now) {
  if (isShare) return now - before
  return isMore ? before / now - 1 : now / before - 1
}
