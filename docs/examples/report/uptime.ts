/** Contributes a line to the report, where there is one. */
import { defineContract, definePlugin } from '@hello/core'
import { reportLines } from './report.js'

// #region contribute
export const uptime = definePlugin(defineContract({ name: 'uptime' }), {
  contributions: (contribute) => [
    contribute(reportLines, ({ session }) => ({
      title: 'database up since',
      async read() {
        const [row] = await session.sql<{ since: Date }>`SELECT pg_postmaster_start_time() AS since`
        return row?.since.toISOString().slice(0, 10) ?? 'nobody knows when'
      },
    })),
  ],
})
// #endregion
