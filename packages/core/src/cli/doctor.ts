/** The examinations of `hello doctor`, one after the other; what one finds wrong does not end the others. Changes nothing. */
import type { App } from '../app/app.js'
import type { AppConfig } from '../config/app-config.js'
import type { Environment } from '../config/environment.js'
import { withClient } from '../database/client.js'
import { HelloError } from '../errors.js'
import type { SecretRedactor } from '../secrets.js'
import { createTelegram } from '../telegram/transport.js'
import { isTokenRefused, tokenRefused } from '../updates/polling.js'
import { flattenErrors } from './exit-codes.js'
import { loadApp } from './load-app.js'
import { nodeTooOld } from './node-version.js'

/** What one examination has found. */
export interface Finding {
  readonly ok: boolean
  readonly what: string
  /** What was found, and where it is not well, what to do. */
  readonly found: string
}

/** Runs them all. Never rejects for what it finds. */
export async function examine(
  directory: string,
  env: Environment,
  redactor: SecretRedactor,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const look = async <T>(what: string, work: () => T | Promise<T>, say: (value: T) => string) => {
    try {
      const value = await work()
      findings.push({ ok: true, what, found: say(value) })
      return value
    } catch (error) {
      for (const one of flattenErrors(error))
        findings.push({ ok: false, what, found: redactor.redact(textOf(one)) })
      return undefined
    }
  }
  await look('Node', nodeOf, (version) => version)
  const app = await look(
    'App',
    () => loadApp(directory),
    ({ pluginNames }) => `plugins ${pluginNames.join(', ')}`,
  )
  if (app === undefined) return findings
  const config = await look(
    'Configuration',
    () => app.overview(env).config,
    ({ environment }) => environment,
  )
  if (config === undefined) return findings
  const { token, apiRoot } = config.telegram
  await using telegram = createTelegram({ token, apiRoot, redactor })
  const call = { signal: AbortSignal.timeout(10_000) }
  await look(
    'Token',
    () =>
      telegram.callApi('getMe', {}, call).catch((error: unknown) => {
        throw isTokenRefused(error) ? tokenRefused(error) : error
      }),
    ({ username }) => `@${username}`,
  )
  await look(
    'Webhook',
    async () => assertWebhook(config, await telegram.callApi('getWebhookInfo', {}, call)),
    (text) => text,
  )
  await lookAtDatabase(app, config, env, look)
  return findings
}

type Look = <T>(what: string, work: () => T | Promise<T>, say: (value: T) => string) => Promise<T | undefined>

async function lookAtDatabase(app: App, config: AppConfig, env: Environment, look: Look): Promise<void> {
  const found = await look(
    'Database',
    () => askDatabase(config.database.url),
    ({ version, name, role }) => `PostgreSQL ${version}, database ${name} as ${role}`,
  )
  if (found === undefined) return
  await look(
    'Rights',
    () => assertRights(found),
    () => 'the role may create tables',
  )
  await look(
    'Clock',
    () => assertClock(found.skewMs),
    (text) => text,
  )
  await look(
    'Schema',
    () => assertSchema(app, env),
    (text) => text,
  )
}

interface DatabaseFacts {
  readonly version: string
  readonly name: string
  readonly role: string
  readonly mayCreate: boolean
  readonly skewMs: number
}

async function askDatabase(url: string): Promise<DatabaseFacts> {
  return withClient(url, { applicationName: 'hello doctor', statementTimeoutMs: 5_000 }, async (client) => {
    const askedAtMs = Date.now()
    const { rows } = await client.query(
      `SELECT current_setting('server_version') AS version, current_database() AS name, current_user AS role,
         coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS "mayCreate",
         extract(epoch FROM clock_timestamp()) * 1000 AS "nowMs"`,
    )
    const answeredAtMs = Date.now()
    const { nowMs, ...facts } = rows[0]
    return { ...facts, skewMs: Math.round(Number(nowMs) - (askedAtMs + answeredAtMs) / 2) }
  })
}

function nodeOf(): string {
  const tooOld = nodeTooOld(process.versions.node)
  if (tooOld !== undefined) throw tooOld
  return process.versions.node
}

function assertWebhook({ webhook }: AppConfig, { url }: { readonly url?: string }): string {
  if (webhook === undefined && url) {
    throw new TypeError(
      `Telegram delivers to ${url}, and the bot is to poll. Run hello webhook delete, or set WEBHOOK_URL.`,
    )
  }
  if (webhook !== undefined && url !== webhook.url) {
    return `${url ? `Telegram delivers to ${url}` : 'none is set'}; the start sets ${webhook.url}`
  }
  return url ? `Telegram delivers to ${url}` : 'none, the bot polls'
}

function assertRights({ mayCreate, role, name }: DatabaseFacts): void {
  if (mayCreate) return
  throw new TypeError(
    `The role ${role} may not create tables in ${name}. Let an owner run: GRANT USAGE, CREATE ON SCHEMA public TO ${role}, or migrate as another role.`,
  )
}

const skewLimitMs = 5_000

function assertClock(skewMs: number): string {
  if (Math.abs(skewMs) <= skewLimitMs) return `${Math.abs(skewMs)} ms from that of the database`
  throw new TypeError(
    `This machine is ${Math.round(Math.abs(skewMs) / 1_000)} s ${skewMs > 0 ? 'behind' : 'ahead of'} the database. Set both by NTP: initData and jobs go by the clock.`,
  )
}

async function assertSchema(app: App, env: Environment): Promise<string> {
  const { applied, pending, problems } = await app.schema({ env }).status()
  if (problems.length > 0) throw new AggregateError(problems)
  if (pending.length === 0) return `${applied.length} migrations applied, none pending`
  throw new TypeError(
    `${pending.length} migrations are pending: ${pending.join(', ')}. Run: hello migrate up`,
  )
}

function textOf(error: unknown): string {
  if (error instanceof HelloError) return `${error.code}: ${error.message}`
  return error instanceof Error ? error.message : String(error)
}
