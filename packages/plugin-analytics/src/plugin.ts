/** The analytics plugin: its contract and what it does. */
import { defineContract, definePlugin } from '@hello/core'
import { users } from '@hello/plugin-users'
import { Analytics } from './analytics.js'
import { AnalyticsEvent } from './analytics-event.js'
import { migrations } from './migrations.js'

const contract = defineContract({
  name: 'analytics',
  core: '>=0.1.0 <1',
  requires: [users],
  updateServices: { analytics: Analytics },
  models: [AnalyticsEvent],
  migrations,
})

/**
 * Stores what happens. Gives the service `analytics` to plugins that require it.
 *
 * @example
 * ```ts
 * await ctx.services.analytics.track('greeted', { returning: true }, { userId: user.id })
 * ```
 */
export const analytics = definePlugin(contract, {})
