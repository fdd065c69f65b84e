/** What `hello dev` brings along where nothing of the kind is set: a database, a local Telegram, a port. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { BotSwitch } from '@hello/testing'
import type { Teardown } from '../app/teardown.js'
import type { Environment } from '../config/environment.js'
import { variables } from '../config/variables.js'
import { findHttpPort } from './http-port.js'
import type { LocalTelegram } from './local-telegram.js'
import { isSet, withDefault } from './set-variables.js'
import { hideSecrets, type Terminal } from './terminal.js'

/** What opening them needs. */
export interface SurroundingsOptions {
  /** The project's folder. */
  readonly directory: string
  readonly env: Environment
  /** Port of the chat page; 0 takes a free one. @default the one that it had before, if it is free */
  readonly port: number | undefined
  readonly terminal: Terminal
  /** Closes what is opened. */
  readonly teardown: Teardown
  /** Stops and starts the bot for the page. */
  readonly botSwitch: BotSwitch
}

/** What a bot lives in here. */
export interface Surroundings {
  /** The variables, with those of what was brought along. */
  readonly settings: Environment
  /** Absent where a token is set. */
  readonly telegram: LocalTelegram | undefined
}

/** Opens them. @throws what stands against it; what is open is closed by `teardown`. */
export async function openSurroundings(options: SurroundingsOptions): Promise<Surroundings> {
  const { directory, env, port, terminal, teardown, botSwitch } = options
  const data = join(directory, '.hello')
  // In production nothing is brought along: what is missing is refused when the app reads its config.
  const isBrought = (name: string) => env.ENVIRONMENT !== 'production' && !isSet(env, name)
  const database = isBrought('DATABASE_URL') ? await embedDatabase(data, terminal, teardown) : {}
  const telegram = isBrought('BOT_TOKEN')
    ? await embedTelegram({ data, port, terminal, teardown, botSwitch })
    : undefined
  const http = isBrought('PORT') ? await chooseHttpPort(env, terminal) : {}
  const settings = {
    ...withDefault(env, 'ENVIRONMENT', 'development'),
    ...database,
    ...(telegram && { BOT_TOKEN: telegram.token, TELEGRAM_API_ROOT: telegram.apiRoot }),
    ...http,
  }
  hideSecrets(terminal.redactor, settings)
  return { settings, telegram }
}

async function embedDatabase(data: string, { note }: Terminal, teardown: Teardown) {
  const { startEmbeddedPostgres } = await import('../database/embedded.js')
  if (!existsSync(data)) note('Making a database …')
  const postgres = await startEmbeddedPostgres({ directory: data, onProgress: note })
  teardown.add(() => postgres.stop())
  note(`DATABASE_URL is not set: using PostgreSQL ${postgres.version} embedded in ${postgres.home}`)
  return { DATABASE_URL: postgres.url }
}

/** Of the routes of plugins. A webhook is told to Telegram with its port, so nobody else may choose that. */
async function chooseHttpPort(env: Environment, { note }: Terminal): Promise<Environment> {
  if (isSet(env, 'WEBHOOK_URL')) return {}
  const usual = Number(variables.PORT.default)
  const port = await findHttpPort(usual)
  if (port !== usual) note(`Port ${usual} is taken: HTTP routes are on ${port}; PORT sets another`)
  return { PORT: String(port) }
}

async function embedTelegram(options: {
  readonly data: string
  readonly port: number | undefined
  readonly terminal: Terminal
  readonly teardown: Teardown
  readonly botSwitch: BotSwitch
}) {
  const { data, port, terminal, teardown, botSwitch } = options
  const { startLocalTelegram } = await import('./local-telegram.js')
  const telegram = await startLocalTelegram({ data, port, note: terminal.note, botSwitch })
  teardown.add(() => telegram.stop())
  terminal.note('BOT_TOKEN is not set: using a local Telegram')
  return telegram
}
