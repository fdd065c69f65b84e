/** What a command writes to and asks, over the terminal of the process: lines, progress and questions. */
import type { SingleBar } from 'cli-progress'
import type { CliProgress, CliTerminal } from '../plugin/cli.js'
import { confirm } from './confirm.js'
import type { Terminal } from './terminal.js'

/** A console, and what ends the progress that a command has left open. */
export interface CommandConsole extends CliTerminal {
  close(): void
}

/** Thrown where the reader of the output is gone, as of `hello … | head`: an end, and no fault. */
export class OutputClosed extends Error {}

/** Loads what shows progress when there is some. */
export async function createConsole(terminal: Terminal): Promise<CommandConsole> {
  const isInteractive = process.stdin.isTTY === true
  const { SingleBar } = await import('cli-progress').then((module) => module.default ?? module)
  const open = new Set<CliProgress>()
  return {
    isInteractive,
    print: async (line) => {
      if (terminal.isOutputClosed) throw new OutputClosed('Nobody reads the output any more.')
      terminal.print(line)
      await terminal.drained()
    },
    note: terminal.note,
    progress: (total, what) => {
      const progress = showBar(new SingleBar(barOptions(what)), total, () => open.delete(progress))
      open.add(progress)
      return progress
    },
    confirm: (question) => confirm({ consequence: question, word: 'yes', yes: false }),
    close: () => {
      for (const progress of [...open]) progress.stop()
    },
  }
}

const lineEveryMs = 5_000

function barOptions(what: string) {
  return {
    format: `{bar} {percentage} % · {value} of {total} ${what} · {eta_formatted} left`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    stream: process.stderr,
    // Where no terminal is, a line now and then.
    noTTYOutput: true,
    notTTYSchedule: lineEveryMs,
    gracefulExit: false,
  }
}

function showBar(bar: SingleBar, total: number, onStop: () => void): CliProgress {
  bar.start(total, 0)
  return {
    advance: (count = 1) => bar.increment(count),
    stop: () => {
      bar.stop()
      onStop()
    },
  }
}
