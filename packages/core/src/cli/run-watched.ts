/** Runs the bot of `hello dev` in a process of its own, and starts it anew after each change of the sources. Telegram, page and database stay. */
import { startBotProcess } from './bot-process.js'
import { openSurroundings, type SurroundingsOptions } from './dev-surroundings.js'
import { requireConfig } from './find-config.js'
import type { ProcessWatch } from './process-watch.js'
import { stopLimitMsOf } from './run-app.js'
import { watchSources } from './watch-sources.js'
import { WatchedBot } from './watched-bot.js'

/** How the bot is run. */
export interface RunWatchedOptions extends Omit<SurroundingsOptions, 'botSwitch'> {
  readonly watch: ProcessWatch
  /** Shows stacks. */
  readonly isDebug: boolean
  /** Called once the bot runs for the first time, with the address of the chat page where there is one. */
  onReady(page: string | undefined): void
}

/** A killed bot must not be taken for one that ends in time by itself. */
const killAfterMs = 2_000

/**
 * Runs until a signal.
 *
 * @returns the exit code; that of the bot where it does not come to run the first time, and has said why
 * @throws UsageError NOT_A_PROJECT: nothing was opened. What stands against opening the surroundings.
 */
export async function runWatched(options: RunWatchedOptions): Promise<number> {
  const { directory, terminal, watch, isDebug, teardown, onReady } = options
  requireConfig(directory)
  let tellPage: (level: 'info' | 'error', text: string) => void = () => undefined
  const bot = new WatchedBot((level, text) => {
    terminal.note(text)
    tellPage(level, text)
  })
  const { settings, telegram } = await openSurroundings({ ...options, botSwitch: bot })
  tellPage = (level, text) => telegram?.tell({ type: 'note', level, text })
  teardown.add(() => bot.end())
  const sources = await watchSources(
    directory,
    (path) => void bot.restart(path),
    (error) => {
      terminal.note('The sources cannot be watched, so a change is seen at the next start of hello dev:')
      terminal.report(error)
    },
  )
  teardown.add(() => sources.close())
  const spawn = () =>
    startBotProcess({
      directory,
      env: settings,
      isDebug,
      tracedBotId: telegram?.botId,
      stopLimitMs: stopLimitMsOf(settings) + killAfterMs,
      onTraced: (event) => telegram?.tell(event),
    })
  const early = await Promise.race([bot.begin(spawn), watch.ended.then(() => undefined)])
  if (early !== undefined) return early.exitCode
  if (bot.state === 'running') onReady(telegram?.url)
  const exitCode = await watch.ended
  const end = await bot.end()
  return exitCode || (end?.exitCode ?? 0)
}
