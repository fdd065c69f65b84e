/** Starts the PostgreSQL server of a test run once, tells the test files its URL, and leaves nothing behind, also when the run is broken off. */
import type { TestProject } from 'vitest/node'
import { startTestServer } from '../../packages/core/src/testing/postgres-server.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** For `createTestDatabase({ serverUrl: inject('postgresUrl') })`. */
    postgresUrl: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const say = (line: string) => project.vitest.logger.log(line)
  const server = await startTestServer({ databaseUrl: process.env.DATABASE_URL, onProgress: say })
  say(`Tests run on ${server.description}`)
  project.provide('postgresUrl', server.url)
  const breakOff = (signal: NodeJS.Signals) => {
    void server.stop().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143))
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // vitest's own listener ends the process 1 ms after the signal, too soon to drop a database.
    process.removeAllListeners(signal).on(signal, breakOff)
  }
  return async () => {
    await server.stop()
    process.off('SIGINT', breakOff).off('SIGTERM', breakOff)
  }
}
