/** `@hello/plugin-analytics`: what people do. */

export type { Analytics, TrackOptions } from './analytics.js'
export { AnalyticsError } from './analytics-error.js'
export { AnalyticsEvent } from './analytics-event.js'
export { analytics } from './plugin.js'
