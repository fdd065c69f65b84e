/** Brings what failed to a service that collects errors. */
import type { ErrorReport } from '@hello/core'

/** The client of the service; most have a method of this form. */
export interface ErrorCollector {
  captureException(error: unknown, context: { tags: Record<string, string | undefined> }): void
}

// #region collect
export const collectIn = (collector: ErrorCollector) => (report: ErrorReport) => {
  const { kind, error, plugin, reference } = report
  collector.captureException(error, { tags: { kind, plugin, reference, place: placeOf(report) } })
}

function placeOf(report: ErrorReport): string | undefined {
  switch (report.kind) {
    case 'update':
      return report.handler
    case 'job':
      return report.job
    case 'request':
      return report.route
    case 'event':
      return report.event
    case 'after-commit':
      return `after the commit of: ${report.in}`
  }
}
// #endregion
