/** The analytics plugin: what it does, and its types for the events of an app. */
import {
  ConfigError,
  definePlugin,
  every,
  type Plugin,
  type PluginFactory,
  type UnitRunner,
} from '@hello/core'
import { personalData } from '@hello/plugin-users'
import type { Analytics } from './analytics.js'
import type { AnalyticsReports } from './analytics-reports.js'
import { exportCommand } from './cli/export.js'
import { seedCommand } from './cli/seed.js'
import { contract } from './contract.js'
import type { EventSchemas } from './define-events.js'
import type { EventBook } from './event-book.js'
import type { EventBuffer } from './event-buffer.js'
import type { AnalyticsInput } from './options.js'
import { keptOf } from './personal-data.js'
import { pruneEvents } from './prune.js'
import { readRollUpState, restartRollUp, rollUpNext } from './rollup.js'
import { stats } from './stats.js'
import { tracking } from './tracking.js'

const plugin = definePlugin(contract, {
  middleware: tracking,
  commands: { stats },
  cli: (command) => [exportCommand(command), seedCommand(command)],
  contributions: (contribute) => [
    contribute(personalData, ({ session, translate }) => keptOf(session, translate)),
  ],
  jobs: {
    'roll-up': {
      schedule: every('5m'),
      run: async ({ services, signal }) => {
        const hasMore = await rollUpNext(services.session.sql)
        return hasMore || signal.aborted ? 'again' : undefined
      },
    },
    prune: {
      schedule: every('1h'),
      run: async ({ services, options }) =>
        (await pruneEvents(services.session.sql, options.keepEventsDays)) ? 'again' : undefined,
    },
  },
  async start({ analyticsEventBook, database }, { timeZone }) {
    analyticsEventBook.assertValid()
    await keepTimeZone(database, timeZone)
  },
  drain: ({ analyticsBuffer }) => analyticsBuffer.flush(),
  // What plugins track while they stop.
  stop: ({ analyticsBuffer }) => analyticsBuffer.flush(),
})

/** What the plugin gives wherever the app is. Parts of its own; use {@link AnalyticsUpdateServices}. */
export interface AnalyticsAppServices {
  readonly analyticsEventBook: EventBook
  readonly analyticsBuffer: EventBuffer
}

/** What the plugin gives in a unit of work. */
export interface AnalyticsUpdateServices<E extends EventSchemas> {
  readonly analytics: Analytics<E>
  readonly analyticsReports: AnalyticsReports
}

/** The analytics plugin for events `E`: stands in `requires`, and is called for the list of `createApp`. */
export type AnalyticsFactory<E extends EventSchemas> = PluginFactory<
  'analytics',
  'users',
  AnalyticsAppServices,
  AnalyticsUpdateServices<E>,
  [options?: AnalyticsInput<E>]
>

/** The analytics plugin; see {@link analytics}. */
export interface AnyAnalyticsFactory {
  <E extends EventSchemas = EventSchemas>(
    options?: AnalyticsInput<E>,
  ): Plugin<'analytics', 'users', AnalyticsAppServices, AnalyticsUpdateServices<E>>
  /** `analytics`. */
  readonly pluginName: 'analytics'
  /** The plugin as one sees it who tracks these events, for `requires`. Called, it has them as its `events`. Give it a name before: TypeScript 5.9 infers nothing from a call within `requires` itself. */
  for<E extends EventSchemas>(events: E): AnalyticsFactory<E>
}

/**
 * Stores what happens and answers what it means. Gives the services `analytics` and `analyticsReports` to plugins that
 * require it.
 *
 * @example
 * ```ts
 * export const shopAnalytics = analytics.for({ purchase: z.object({ amount: z.number() }) })
 * const contract = defineContract({ name: 'shop', requires: [users, shopAnalytics] })
 * await ctx.services.analytics.track('purchase', { amount: 3 }, { userId: user.id })
 * // and in the app
 * createApp({ plugins: [users(), shopAnalytics(), shop()] })
 * ```
 */
export const analytics: AnyAnalyticsFactory = Object.assign(
  (options?: AnalyticsInput<any>) => plugin(options as Parameters<typeof plugin>[0]) as never,
  {
    pluginName: 'analytics' as const,
    for: <E extends EventSchemas>(events: E): AnalyticsFactory<E> =>
      Object.assign((options?: AnalyticsInput<E>) => plugin({ ...(options as object), events }) as never, {
        pluginName: 'analytics' as const,
      }),
  },
)

/** Where the app cuts its days in another zone than before, the roll-ups are made anew. @throws ConfigError CONFIG_OPTIONS: PostgreSQL does not know the zone. */
async function keepTimeZone(database: UnitRunner, timeZone: string): Promise<void> {
  await database.unit(async ({ sql, attempt }) => {
    const state = await readRollUpState(sql)
    if (state.timeZone === timeZone) return
    try {
      await attempt(() => sql`SELECT clock_timestamp() AT TIME ZONE ${timeZone}`)
    } catch (cause) {
      throw new ConfigError(
        'CONFIG_OPTIONS',
        `Plugin "analytics", option "timeZone": PostgreSQL does not know "${timeZone}". Choose a name of its view pg_timezone_names.`,
        { cause },
      )
    }
    await restartRollUp(sql, timeZone)
  })
}
