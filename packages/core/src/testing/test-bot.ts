/** Gives a test its own Telegram and its own database, starts the app on them, and closes all of it in reverse. */
import {
  type Bot,
  createWorld,
  type Person,
  type PersonOptions,
  type RunningServer,
  startServer,
  type World,
} from '@hello/testing'
import type { App } from '../app/app.js'
import { Teardown } from '../app/teardown.js'
import { type Environment, processEnvironment } from '../config/environment.js'
import { createSecretRedactor, type SecretRedactor } from '../secrets.js'
import { type FailedUpdate, keepFailures } from './failed-updates.js'
import { describeGraveLine } from './grave-lines.js'
import { startTestServer } from './postgres-server.js'
import { assertNoSecret } from './secret-lines.js'
import { createTestDatabase } from './test-database.js'

/** What a test may choose. */
export interface TestBotOptions {
  /** The server on which the database is made. @default the one of `DATABASE_URL`, else an embedded one for this bot alone */
  readonly postgresUrl?: string
  /** Further variables of the app's environment; they win. */
  readonly env?: Environment
  /** Told when the app cannot go on. */
  readonly onFatal?: (error: Error) => void
  /**
   * For a test that provokes failures: warnings and errors of the app's log are kept from standard error, and an
   * update that fails ends no wait. Otherwise a wait in its chat (`sees`, `taps`, `answered`) ends with that failure
   * instead of when its time is up.
   * @default false
   */
  readonly quiet?: boolean
}

/** A bot under test, with people to talk to it. */
export interface TestBot {
  /** The app that was given, running. */
  readonly app: App
  /** The Telegram that it lives in. */
  readonly world: World
  /** The bot as Telegram knows it. */
  readonly bot: Bot
  /** The HTTP face of that Telegram, with its faults. */
  readonly server: RunningServer
  /** The app's own database. */
  readonly databaseUrl: string
  /** The variables that the app was started with; `app.start({ env })` starts it again on the same data. */
  readonly env: Environment
  /** Everything that the app has logged. */
  readonly log: string
  /** The updates that failed, in the order in which they did. */
  readonly failures: readonly FailedUpdate[]
  /** Adds somebody. */
  createPerson(options: PersonOptions): Person
  /** Stops the app, then its Telegram, then drops the database. @throws PluginError TEST_SECRET_LOGGED: the log has a secret of the configuration, or of the options of a plugin, in it. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts an app for one test.
 *
 * @example
 * ```ts
 * await using bot = await startTestBot(app)
 * const alice = bot.createPerson({ firstName: 'Alice' })
 * alice.sends('/start')
 * await alice.sees('Hello, Alice!')
 * ```
 * @throws what `app.start` throws; what had been opened is closed.
 */
export async function startTestBot(app: App, options: TestBotOptions = {}): Promise<TestBot> {
  const teardown = new Teardown()
  try {
    return await start(app, options, teardown)
  } catch (error) {
    await teardown.run().catch(() => undefined)
    throw error
  }
}

async function start(app: App, options: TestBotOptions, teardown: Teardown): Promise<TestBot> {
  const world = createWorld()
  const bot = world.createBot({ username: 'hello_test_bot', firstName: 'Hello' })
  const databaseUrl = await createDatabase(app, bot.token, options.postgresUrl, teardown)
  const server = await startServer(world, { defaults: { bot } })
  teardown.add(() => server.stop())
  const failures = keepFailures(world, bot, options.quiet === true, teardown)
  const lines: string[] = []
  const write = (line: string) => {
    lines.push(line)
    const shown = options.quiet ? undefined : describeGraveLine(line)
    if (shown !== undefined) process.stderr.write(shown)
  }
  const env = {
    ENVIRONMENT: 'test',
    BOT_TOKEN: bot.token,
    DATABASE_URL: databaseUrl,
    TELEGRAM_API_ROOT: server.apiRoot,
    LOG_LEVEL: 'debug',
    // A free one, for tests run side by side; `app.addresses` says which.
    ...(options.env?.ENVIRONMENT === undefined && { PORT: '0' }),
    ...options.env,
  }
  // The last lines are written while it stops.
  const secrets: string[] = []
  const redactor = keepSecrets(secrets)
  teardown.add(async () => assertNoSecret(lines, secrets))
  teardown.add(() => app.stop())
  const { onFatal } = options
  await app.start({ env, logDestination: { write }, redactor, ...(onFatal && { onFatal }) })
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= teardown.run()
    return stopped
  }
  return {
    app,
    world,
    bot,
    server,
    databaseUrl,
    env,
    get log() {
      return lines.join('')
    },
    failures,
    createPerson: (person) => world.createPerson(person),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** A redactor that also notes what it is told: of the configuration, and of the options of plugins. */
function keepSecrets(secrets: string[]): SecretRedactor {
  const redactor = createSecretRedactor()
  return {
    add(secret) {
      secrets.push(secret)
      redactor.add(secret)
    },
    redact: (text) => redactor.redact(text),
  }
}

async function createDatabase(
  app: App,
  token: string,
  postgresUrl: string | undefined,
  teardown: Teardown,
): Promise<string> {
  let serverUrl = postgresUrl
  if (serverUrl === undefined) {
    const server = await startTestServer({ databaseUrl: processEnvironment().DATABASE_URL })
    teardown.add(() => server.stop())
    serverUrl = server.url
  }
  const prepare = async (url: string) => {
    const env = { ENVIRONMENT: 'test', BOT_TOKEN: token, DATABASE_URL: url, LOG_LEVEL: 'silent' }
    await app.migrate({ env })
  }
  const database = await createTestDatabase({ serverUrl, template: { key: app.schemaKey, prepare } })
  teardown.add(() => database.drop())
  return database.url
}
