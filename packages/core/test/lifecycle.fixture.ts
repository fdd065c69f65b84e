/** What the tests of an app's life share: a bot that may wait to be started, plugins that note their phases, and who is connected to a database. */
import pg from 'pg'
import { inject, onTestFinished } from 'vitest'
import { type AnyPluginFactory, type App, defineContract, definePlugin } from '../src/index.js'
import { startTestBot, type TestBot, type TestBotOptions } from '../src/testing/index.js'

/** A bot for this test; with `isStarted: false` it was started and stopped again, so that all it needs is there. */
export async function startBot(
  app: App<any>,
  { isStarted = true, ...options }: TestBotOptions & { isStarted?: boolean } = {},
): Promise<TestBot> {
  const started = isStarted ? app : unstarted(app)
  // What the test starts by itself logs to standard output.
  const env = isStarted ? options.env : { LOG_LEVEL: 'silent', ...options.env }
  const bot = await startTestBot(started, {
    postgresUrl: inject('postgresUrl'),
    // What fails in these tests is meant to.
    quiet: true,
    ...options,
    ...(env && { env }),
  })
  onTestFinished(async () => {
    if (!isStarted) await app.stop().catch(() => undefined)
    await bot.stop().catch(() => undefined)
  })
  return bot
}

/** The same app to who prepares its world, but one that does not start. */
function unstarted(app: App): App {
  return {
    pluginNames: app.pluginNames,
    plugins: app.plugins,
    overview: (env) => app.overview(env),
    migrationIds: app.migrationIds,
    schemaKey: app.schemaKey,
    variables: app.variables,
    addresses: {},
    checkConfig: (options) => app.checkConfig(options),
    telegram: undefined as never,
    start: async () => undefined,
    stop: async () => undefined,
    migrate: (options) => app.migrate(options),
    unit: (work) => app.unit(work),
    updates: (env) => app.updates(env),
    schema: (options) => app.schema(options),
    cliCommands: () => app.cliCommands(),
    measureStarts: (options) => app.measureStarts(options),
    runCli: (call) => app.runCli(call),
    jobs: undefined as never,
    gauges: () => app.gauges(),
    idle: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  }
}

/** A plugin that notes each phase of its life. */
export function notingPlugin(
  name: string,
  events: string[],
  requires: readonly AnyPluginFactory[] = [],
): AnyPluginFactory {
  const note = (phase: string) => () => void events.push(`${name} ${phase}`)
  return definePlugin(defineContract({ name, requires: [...requires] }), {
    start: note('start'),
    drain: note('drain'),
    stop: note('stop'),
  }) as AnyPluginFactory
}

/** Never ends. */
export const hangs = (): Promise<void> => new Promise(() => undefined)

/** What a promise is refused with. */
export async function thrownBy(work: Promise<unknown>): Promise<unknown> {
  try {
    await work
  } catch (error) {
    return error
  }
  throw new TypeError('Nothing was thrown.')
}

/** The names of the connections to a database, but for our own. One that was closed just now may stand there for a moment: poll. */
export async function backendsOf(databaseUrl: string): Promise<string[]> {
  const url = new URL(databaseUrl)
  url.searchParams.set('application_name', 'looking on')
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string }>(
      `SELECT application_name AS name FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
    )
    return rows.map(({ name }) => name)
  } finally {
    await client.end()
  }
}
