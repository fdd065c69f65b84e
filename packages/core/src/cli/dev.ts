/** `hello dev`: runs the bot with neither a token nor a server at hand. What is set in the environment is used; the rest is brought along. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import pc from 'picocolors'
import { Teardown } from '../app/teardown.js'
import type { Environment } from '../config/environment.js'
import { loadApp } from './load-app.js'
import { runApp } from './run-app.js'
import type { Terminal } from './terminal.js'

/** What `hello dev` is given. */
export interface DevelopmentOptions {
  /** The project's folder. */
  readonly directory: string
  readonly env: Environment
  /** Port of the chat page; 0 takes a free one. */
  readonly port: number
  readonly terminal: Terminal
}

/** Runs until a signal; gives the exit code. @throws what stands against it; everything opened is closed. */
export async function runDevelopment({
  directory,
  env,
  port,
  terminal,
}: DevelopmentOptions): Promise<number> {
  const teardown = new Teardown()
  try {
    const app = await loadApp(directory)
    const data = join(directory, '.hello')
    const database = isSet(env, 'DATABASE_URL') ? {} : await embedDatabase(data, terminal, teardown)
    const telegram = isSet(env, 'BOT_TOKEN') ? {} : await embedTelegram(data, port, terminal, teardown)
    return await runApp(app, {
      env: { ENVIRONMENT: 'development', ...env, ...database, ...telegram },
      report: terminal.report,
      close: () => teardown.run(),
    })
  } catch (error) {
    await teardown.run()
    throw error
  }
}

const isSet = (env: Environment, name: string) => Boolean(env[name] || env[`${name}_FILE`])

async function embedDatabase(data: string, { note }: Terminal, teardown: Teardown) {
  const { startEmbeddedPostgres } = await import('../database/embedded.js')
  if (!existsSync(data)) note('Making a database …')
  const postgres = await startEmbeddedPostgres({ directory: data, onProgress: note })
  teardown.add(() => postgres.stop())
  note(`DATABASE_URL is not set: using PostgreSQL ${postgres.version} embedded in ${postgres.home}`)
  return { DATABASE_URL: postgres.url }
}

async function embedTelegram(data: string, port: number, { note }: Terminal, teardown: Teardown) {
  const { startLocalTelegram } = await import('./local-telegram.js')
  const telegram = await startLocalTelegram(join(data, 'telegram.json'), port)
  teardown.add(() => telegram.stop())
  note('BOT_TOKEN is not set: using a local Telegram')
  note(`\n  Chat with the bot: ${pc.bold(pc.cyan(telegram.url))}\n`)
  return { BOT_TOKEN: telegram.token, TELEGRAM_API_ROOT: telegram.apiRoot }
}
