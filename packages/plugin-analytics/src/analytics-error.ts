/** What the analytics plugin throws. */

/** An event that cannot be stored; the author of the call must act. */
export class AnalyticsError extends Error {
  readonly code = 'ANALYTICS_EVENT'
  override readonly name = 'AnalyticsError'
}
