/** `hello dev`: runs the bot with neither a token nor a server at hand. What is set in the environment is used; the rest is brought along. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import pc from 'picocolors'
import { Teardown } from '../app/teardown.js'
import type { Environment } from '../config/environment.js'
import { variables } from '../config/variables.js'
import { type AppSwitch, createAppSwitch } from './bot-switch.js'
import { findHttpPort } from './http-port.js'
import { loadApp } from './load-app.js'
import type { ProcessWatch } from './process-watch.js'
import { runApp } from './run-app.js'
import { isSet, withDefault } from './set-variables.js'
import { hideSecrets, type Terminal } from './terminal.js'

/** What `hello dev` is given. */
export interface DevelopmentOptions {
  /** The project's folder. */
  readonly directory: string
  readonly env: Environment
  /** Port of the chat page; 0 takes a free one. @default the one that it had before, if it is free */
  readonly port: number | undefined
  readonly terminal: Terminal
  readonly watch: ProcessWatch
}

/** Runs until a signal; gives the exit code. @throws what stands against it; everything opened is closed. */
export async function runDevelopment({
  directory,
  env,
  port,
  terminal,
  watch,
}: DevelopmentOptions): Promise<number> {
  const beganAtMs = performance.now()
  const teardown = new Teardown()
  let isStopping = false
  void watch.ended.then(() => {
    isStopping = true
    terminal.note('Stopping …')
  })
  try {
    const app = await loadApp(directory)
    const data = join(directory, '.hello')
    // In production nothing is brought along: what is missing is refused when the app reads its config.
    const isBrought = (name: string) => env.ENVIRONMENT !== 'production' && !isSet(env, name)
    const database = isBrought('DATABASE_URL') ? await embedDatabase(data, terminal, teardown) : {}
    const botSwitch = createAppSwitch(app, terminal.report)
    const telegram = isBrought('BOT_TOKEN')
      ? await embedTelegram({ data, port, terminal, teardown, botSwitch })
      : undefined
    const http = isBrought('PORT') ? await chooseHttpPort(env, terminal) : {}
    const settings = {
      ...withDefault(env, 'ENVIRONMENT', 'development'),
      ...database,
      ...telegram?.env,
      ...http,
    }
    hideSecrets(terminal.redactor, settings)
    const onRunning = (start: () => Promise<void>) => {
      botSwitch.connect(start)
      if (telegram !== undefined) terminal.note(`\n  Chat with the bot: ${pc.bold(pc.cyan(telegram.url))}\n`)
      const seconds = ((performance.now() - beganAtMs) / 1_000).toFixed(1)
      terminal.note(`Ready in ${seconds} s; Ctrl-C stops it.`)
    }
    return await runApp(app, { env: settings, terminal, watch, onRunning })
  } finally {
    await teardown.run()
    if (isStopping) terminal.note('Stopped.')
  }
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
  readonly botSwitch: AppSwitch
}) {
  const { data, port, terminal, teardown, botSwitch } = options
  const { note, redactor } = terminal
  const { startLocalTelegram } = await import('./local-telegram.js')
  const telegram = await startLocalTelegram({ data, port, note, botSwitch, redactor })
  teardown.add(() => telegram.stop())
  note('BOT_TOKEN is not set: using a local Telegram')
  return { url: telegram.url, env: { BOT_TOKEN: telegram.token, TELEGRAM_API_ROOT: telegram.apiRoot } }
}
