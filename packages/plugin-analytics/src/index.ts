/** `@hello/plugin-analytics`: what people do, and what that means. */

export type { Analytics, TrackOptions } from './analytics.js'
export { AnalyticsError, type AnalyticsErrorCode, analyticsErrorCodes } from './analytics-error.js'
export { AnalyticsEvent } from './analytics-event.js'
// Answers
export type { AnalyticsReports } from './analytics-reports.js'
// Events
export {
  type AutomaticType,
  analyticsEvents,
  automaticTypes,
  defineEvents,
  type EventData,
  type EventSchemas,
} from './define-events.js'
export type { AnalyticsInput, AutomaticTracking, BufferOptions } from './options.js'
export {
  type AnalyticsAppServices,
  type AnalyticsFactory,
  type AnalyticsUpdateServices,
  type AnyAnalyticsFactory,
  analytics,
} from './plugin.js'
export type { CommandUse, EventsOfPeriod, ResponseTimes } from './reports/counts.js'
export type { FunnelOptions, FunnelStep, FunnelStepResult } from './reports/funnel.js'
export type { Cohort, PeopleOfPeriod } from './reports/people.js'
export type { Period, PeriodOptions, RangeOptions } from './reports/periods.js'
