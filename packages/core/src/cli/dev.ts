/** `hello dev`: runs the bot with neither a token nor a server at hand, and anew after each change of its sources. */
import pc from 'picocolors'
import { Teardown } from '../app/teardown.js'
import type { Environment } from '../config/environment.js'
import { createAppSwitch } from './bot-switch.js'
import { openSurroundings } from './dev-surroundings.js'
import { traceToInspector } from './inspector-trace.js'
import { loadApp } from './load-app.js'
import type { ProcessWatch } from './process-watch.js'
import { runApp } from './run-app.js'
import { runWatched } from './run-watched.js'
import type { Terminal } from './terminal.js'

/** What `hello dev` is given. */
export interface DevelopmentOptions {
  /** The project's folder. */
  readonly directory: string
  readonly env: Environment
  /** Port of the chat page; 0 takes a free one. @default the one that it had before, if it is free */
  readonly port: number | undefined
  readonly terminal: Terminal
  readonly watch: ProcessWatch
  /** Whether the bot has a process of its own, which a change of the sources replaces. */
  readonly isWatched: boolean
  /** Shows stacks. */
  readonly isDebug: boolean
}

/** Runs until a signal; gives the exit code. @throws what stands against it; everything opened is closed. */
export async function runDevelopment(options: DevelopmentOptions): Promise<number> {
  const { terminal, watch, isWatched } = options
  const beganAtMs = performance.now()
  const teardown = new Teardown()
  let isStopping = false
  void watch.ended.then(() => {
    isStopping = true
    terminal.note('Stopping …')
  })
  const onReady = (page: string | undefined) => {
    if (page !== undefined) terminal.note(`\n  Chat with the bot: ${pc.bold(pc.cyan(page))}\n`)
    const seconds = ((performance.now() - beganAtMs) / 1_000).toFixed(1)
    terminal.note(`Ready in ${seconds} s; Ctrl-C stops it.`)
  }
  try {
    return await (isWatched ? runWatched : runHere)({ ...options, teardown, onReady })
  } finally {
    await teardown.run()
    if (isStopping) terminal.note('Stopped.')
  }
}

interface RunHereOptions extends DevelopmentOptions {
  readonly teardown: Teardown
  onReady(page: string | undefined): void
}

/** In this process alone, with the code as it is now. */
async function runHere(options: RunHereOptions): Promise<number> {
  const { directory, terminal, watch, teardown, onReady } = options
  const app = await loadApp(directory)
  const botSwitch = createAppSwitch(app, terminal.report)
  const { settings, telegram } = await openSurroundings({ ...options, botSwitch })
  if (telegram !== undefined) {
    const { botId, tell } = telegram
    teardown.add(traceToInspector({ botId, redactor: terminal.redactor, add: tell }))
  }
  const onRunning = (start: () => Promise<void>) => {
    botSwitch.connect(start)
    onReady(telegram?.url)
  }
  return runApp(app, { env: settings, terminal, watch, onRunning })
}
