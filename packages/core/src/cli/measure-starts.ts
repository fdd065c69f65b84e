/** Starts the plugins of an app once, to say how long each takes: with the database of the project, and beside a bot that runs. */
import type { App } from '../app/app.js'
import type { Environment } from '../config/environment.js'
import type { ProcessWatch } from './process-watch.js'
import { openProjectEnvironment } from './project-env.js'
import { withDefault } from './set-variables.js'
import type { Terminal } from './terminal.js'

/** What it is given. */
export interface MeasureStartsOptions {
  /** The project's folder. */
  readonly directory: string
  readonly env: Environment
  readonly terminal: Terminal
  /** A signal ends it. */
  readonly watch: ProcessWatch
}

/**
 * @returns milliseconds by plugin
 * @throws what stands against the start; what had started is stopped.
 */
export async function measureStarts(
  app: App,
  { directory, env, terminal, watch }: MeasureStartsOptions,
): Promise<ReadonlyMap<string, number>> {
  const project = await openProjectEnvironment(directory, env, terminal)
  const abort = new AbortController()
  void watch.ended.then(() => abort.abort())
  try {
    return await app.measureStarts({
      // The times are the result: lines of a start that is none would only stand between them.
      env: withDefault(project.env, 'LOG_LEVEL', 'warn'),
      redactor: terminal.redactor,
      logDestination: { write: terminal.writeLog },
      signal: abort.signal,
    })
  } finally {
    await project.close()
  }
}
