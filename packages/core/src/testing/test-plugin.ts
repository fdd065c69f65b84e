/** The conformance kit: what every plugin is expected to keep, shown on a real database and a local Telegram. */
import type { Person, PersonOptions } from '@hello/testing'
import type { AnyPlugin, App, ServicesOf } from '../app/app.js'
import { createApp } from '../app/create-app.js'
import { knownMigrations } from '../app/known-migrations.js'
import { orderPlugins } from '../app/order-plugins.js'
import { processEnvironment } from '../config/environment.js'
import { withClient } from '../database/client.js'
import { PluginError, throwAll } from '../errors.js'
import { migrate, migrateDown } from '../migrations/apply.js'
import { definitionOf } from '../plugin/plugin.js'
import { coreVersion } from '../version.js'
import { watchResources } from './open-resources.js'
import { startTestServer } from './postgres-server.js'
import { compareDumps, dumpSchema } from './schema-dump.js'
import { startTestBot, type TestBot } from './test-bot.js'
import { createTestDatabase } from './test-database.js'

/** What {@link testPlugin} is told of a plugin. */
export interface TestPluginOptions<P extends AnyPlugin, R extends readonly AnyPlugin[] = readonly []> {
  /** The plugins that it requires, and those that these require: made, in any order. No others. @default none */
  readonly requires?: R
  /** What somebody writes to the bot, each a message. What stands in the plugin's tables afterwards is compared. @default `/start` and a text */
  readonly messages?: readonly string[]
  /** Erases a person in all plugins, as `/forget` would, with the services of this plugin and of those in `requires`. Without it, that nothing is left of a person is not checked. */
  readonly erase?: (services: ServicesOf<readonly [...R, P]>, telegramId: number) => Promise<unknown>
  /** The server on which databases are made. @default the one of `DATABASE_URL`, else an embedded one for this call */
  readonly postgresUrl?: string
}

/** What every check is given. */
interface Subject {
  readonly plugin: AnyPlugin
  readonly required: readonly AnyPlugin[]
  readonly messages: readonly string[]
  readonly serverUrl: string
  readonly erase: ((services: never, telegramId: number) => Promise<unknown>) | undefined
}

/**
 * Checks a plugin, with the plugins that it requires alone:
 *
 * - its migrations, applied, undone and applied again, leave the schema without a difference;
 * - it starts, handles messages without a failure, and leaves no connection and nothing that keeps the process alive;
 * - two instances of it run at the same time;
 * - updates that come twice, and in another order, leave as many rows in its tables as those that come once;
 * - where `erase` is given, nothing of a person is left in any table but those in which core keeps updates and messages
 *   for a time.
 *
 * Databases of its own are made and dropped. Runs for some seconds.
 *
 * @example
 * ```ts
 * test('keeps what plugins promise', () => testPlugin(ratings(), { requires: [users()], messages: ['/rate 5'] }))
 * ```
 * @throws PluginError TEST_PLUGIN, or an AggregateError of all that was found: the message names the check and what was found.
 */
export async function testPlugin<
  const P extends AnyPlugin,
  const R extends readonly AnyPlugin[] = readonly [],
>(plugin: P, options: TestPluginOptions<P, R> = {}): Promise<void> {
  const { requires = [], messages = ['/start', 'Hello'], erase, postgresUrl } = options
  const server =
    postgresUrl === undefined
      ? await startTestServer({ databaseUrl: processEnvironment().DATABASE_URL })
      : undefined
  const serverUrl = postgresUrl ?? server?.url ?? ''
  const subject: Subject = { plugin, required: requires, messages, serverUrl, erase }
  const faults: Error[] = []
  try {
    for (const check of [checkMigrations, checkLife, checkTwoInstances, checkRepeatedUpdates, checkErasure])
      await check(subject).then(
        (found) => faults.push(...found.map((text) => faultOf(plugin, text))),
        (error: unknown) => faults.push(faultOf(plugin, `${check.name} failed: ${String(error)}`, error)),
      )
  } finally {
    await server?.stop()
  }
  throwAll(faults, `Plugin "${plugin.name}" does not keep what plugins promise:`)
}

type Found = Promise<readonly string[]>

async function checkMigrations({ plugin, required, serverUrl }: Subject): Found {
  const without = knownMigrations(orderPlugins(required, coreVersion))
  const known = knownMigrations(orderPlugins([...required, plugin], coreVersion))
  if (definitionOf(plugin)?.contract.migrations.length === 0) return []
  await using database = await createTestDatabase({ serverUrl })
  const options = { databaseUrl: database.url, coreVersion }
  const dump = () => withClient(database.url, { applicationName: 'hello test plugin' }, dumpSchema)
  await migrate({ ...options, known: without })
  const before = await dump()
  await migrate({ ...options, known })
  const up = await dump()
  await migrateDown({ ...options, known, to: `${plugin.name}/0` })
  const down = await dump()
  await migrate({ ...options, known })
  return [
    ...describe('migrations that are undone leave a difference', compareDumps(before, down)),
    ...describe('migrations that are applied again leave a difference', compareDumps(up, await dump())),
  ]
}

async function checkLife(subject: Subject): Found {
  const watch = watchResources()
  const bot = await startBot(subject).catch((error: unknown) => {
    watch.stop()
    throw error
  })
  const { databaseUrl } = bot
  await talk(bot, subject.messages)
  const failures = failuresOf(bot)
  await bot.app.stop()
  const open = await connectionsOf(databaseUrl)
  await bot.stop()
  const left = await watch.left()
  watch.stop()
  return [
    ...failures,
    ...describe('connections are open after the stop', open),
    ...describe('the process is kept alive after the stop by', left),
  ]
}

async function checkTwoInstances(subject: Subject): Found {
  const bot = await startBot(subject)
  await using _ = bot
  await using other = appOf(subject)
  await other.start({ env: bot.env, logDestination: { write: () => undefined } })
  await talk(bot, subject.messages)
  await bot.app.stop()
  await talkTo(bot, other, subject.messages)
  return failuresOf(bot).map((text) => `with two instances: ${text}`)
}

async function checkRepeatedUpdates(subject: Subject): Found {
  const once = await rowsAfter(subject, () => undefined)
  const repeated = await rowsAfter(subject, ({ updates }) => updates.repeat())
  const reversed = await rowsAfter(subject, ({ updates }) => {
    updates.repeat()
    updates.reverse()
  })
  return [
    ...describe('updates that come twice have effects twice', compareDumps(once, repeated)),
    ...describe('updates in another order have other effects', compareDumps(once, reversed)),
  ]
}

async function checkErasure(subject: Subject): Found {
  const { erase } = subject
  if (erase === undefined) return []
  await using bot = await startBot(subject)
  // Words that stand nowhere else.
  const names = { firstName: 'Zaphodina', lastName: 'Beeblebroxova', username: 'zaphodina_b' }
  const person = await talk(bot, subject.messages, names)
  await bot.app.unit((services) => erase(services as never, person.id))
  const traces = [String(person.id), ...Object.values(names)]
  return describe(
    'something of a person is left after they were erased',
    await tablesWith(bot.databaseUrl, traces),
  )
}

function appOf({ plugin, required }: Subject): App {
  return createApp({ plugins: [...required, plugin] })
}

function startBot(subject: Subject): Promise<TestBot> {
  return startTestBot(appOf(subject), { postgresUrl: subject.serverUrl, quiet: true })
}

async function talk(
  bot: TestBot,
  messages: readonly string[],
  options: PersonOptions = { firstName: 'Alice' },
): Promise<Person> {
  const person = bot.createPerson(options)
  for (const text of messages) person.sends(text)
  await untilHandled(bot, bot.app)
  return person
}

async function talkTo(bot: TestBot, app: App, messages: readonly string[]): Promise<void> {
  const person = bot.createPerson({ firstName: 'Bob' })
  for (const text of messages) person.sends(text)
  await untilHandled(bot, app)
}

/** Everything that waits in the local Telegram is confirmed, and then handled. */
async function untilHandled({ bot }: TestBot, app: App): Promise<void> {
  const deadlineMs = performance.now() + 20_000
  while (bot.updates.pending().length > 0) {
    if (performance.now() > deadlineMs)
      throw new PluginError('TEST_PLUGIN', 'The updates were not taken in within 20 s.')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  await app.idle()
}

/** How many rows the tables hold when somebody has written while no instance was up. */
async function rowsAfter(
  subject: Subject,
  change: (bot: TestBot['bot']) => void,
): Promise<readonly string[]> {
  await using bot = await startBot(subject)
  await bot.app.stop()
  for (const firstName of ['Alice', 'Bob']) {
    const person = bot.createPerson({ firstName })
    for (const text of subject.messages) person.sends(text)
  }
  change(bot.bot)
  await bot.app.start({ env: bot.env, logDestination: { write: () => undefined } })
  await untilHandled(bot, bot.app)
  await bot.app.stop()
  return await countRows(bot.databaseUrl)
}

const ownTables = `
  SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
  WHERE schemaname NOT LIKE 'pg\\_%' AND schemaname <> 'information_schema' AND tablename NOT LIKE 'hello\\_%'
  ORDER BY name`

async function countRows(databaseUrl: string): Promise<readonly string[]> {
  return withClient(databaseUrl, { applicationName: 'hello test plugin' }, async (client) => {
    const { rows } = await client.query<{ name: string }>(ownTables)
    const counts: string[] = []
    for (const { name } of rows) {
      const {
        rows: [counted],
      } = await client.query<{ total: string }>(`SELECT count(*) AS total FROM ${name}`)
      counts.push(`${name}: ${counted?.total} rows`)
    }
    return counts
  })
}

/** The tables in whose rows one of the words stands, beside those in which core keeps updates and messages for a time. */
async function tablesWith(databaseUrl: string, words: readonly string[]): Promise<readonly string[]> {
  return withClient(databaseUrl, { applicationName: 'hello test plugin' }, async (client) => {
    const { rows } = await client.query<{ name: string }>(`${ownTables.replace('\n  ORDER BY name', '')}
      UNION SELECT 'hello_state' ORDER BY name`)
    const found: string[] = []
    for (const { name } of rows) {
      const pattern = words.map((word) => word.toLowerCase()).join('|')
      const { rows: hits } = await client.query<{ row: string }>(
        `SELECT t::text AS row FROM ${name} AS t WHERE lower(t::text) ~ $1 LIMIT 3`,
        [pattern],
      )
      found.push(...hits.map(({ row }) => `${name}: ${row}`))
    }
    return found
  })
}

async function connectionsOf(databaseUrl: string): Promise<readonly string[]> {
  return withClient(databaseUrl, { applicationName: 'hello test plugin' }, async (client) => {
    const { rows } = await client.query<{ application_name: string }>(
      'SELECT application_name FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    )
    return rows.map(({ application_name: name }) => name)
  })
}

function failuresOf({ failures }: TestBot): readonly string[] {
  return failures.map(
    ({ error, plugin, handler }) => `an update failed in ${plugin}, ${handler}: ${String(error)}`,
  )
}

function describe(what: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${what}:\n${lines.map((line) => `    ${line}`).join('\n')}`]
}

function faultOf({ name }: { readonly name: string }, text: string, cause?: unknown): PluginError {
  return new PluginError('TEST_PLUGIN', `Plugin "${name}": ${text}`, { cause })
}
