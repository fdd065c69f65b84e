/** `@hello/plugin-analytics`: what people do. */
export { analytics } from './plugin.js'
export type { Analytics, TrackOptions } from './analytics.js'
export { AnalyticsError } from './analytics-error.js'
export { AnalyticsEvent } from './analytics-event.js'
