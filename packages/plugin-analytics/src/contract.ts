/** What the analytics plugin needs and gives. */
import { defineContract } from '@hello/core'
import { users } from '@hello/plugin-users'
import { Analytics } from './analytics.js'
import { AnalyticsEvent } from './analytics-event.js'
import { AnalyticsReports } from './analytics-reports.js'
import { EventBook } from './event-book.js'
import { EventBuffer } from './event-buffer.js'
import { migrations } from './migrations.js'
import { optionsSchema } from './options.js'
import { texts } from './texts.js'

/** See the file's purpose. */
export const contract = defineContract({
  name: 'analytics',
  core: '>=0.1.0 <1',
  requires: [users],
  options: optionsSchema,
  appServices: { analyticsEventBook: EventBook, analyticsBuffer: EventBuffer },
  updateServices: { analytics: Analytics, analyticsReports: AnalyticsReports },
  models: [AnalyticsEvent],
  migrations,
  texts,
})

/** Its type. */
export type AnalyticsContract = typeof contract
