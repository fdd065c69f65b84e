/** One line for each step: what, how long, or "up to date". Node built-ins only: it runs before anything is installed. */
import { spawn } from 'node:child_process'

/**
 * Runs a step and says what it was and how long it took.
 *
 * @template Result
 * @param {string} name
 * @param {() => Promise<Result>} run gives `upToDate` where there was nothing to do
 * @returns {Promise<Result>}
 */
export async function step(name, run) {
  const begin = performance.now()
  const result = await run()
  say(name, result === upToDate ? 'up to date' : duration(begin))
  return result
}

/** What a step gives that had nothing to do. */
export const upToDate = Symbol('up to date')

/** @param {string} name @param {string} outcome */
export function say(name, outcome) {
  console.log(`${name.padEnd(36)} ${outcome}`)
}

/** @param {number} begin of `performance.now()` */
export function duration(begin) {
  return `${((performance.now() - begin) / 1000).toFixed(1)} s`
}

/** An end of a script that is told in words, without a stack. */
export class Failure extends Error {}

/**
 * Runs a command to its end, with our own terminal.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<{ code: number, output: string }>} its exit code (128 + n for a signal), and what it wrote where that was piped
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        output += text
      })
    }
    const stopForwarding = forwardSignals(child)
    child.once('error', reject)
    child.once('close', (code, signal) => {
      stopForwarding()
      resolve({ code: code ?? 128 + (signalNumbers[signal] ?? 1), output })
    })
  })
}

/** Ends the script as its failure says: told in words where it is a `Failure`, with its stack where it is a fault of ours. @param {() => Promise<number | void>} main */
export async function runScript(main) {
  try {
    process.exitCode = (await main()) ?? 0
  } catch (error) {
    console.error(error instanceof Failure ? `\n${error.message}` : error)
    process.exitCode = 1
  }
}

const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }

/** We wait for the child to end in its own way; it may have had the signal from the terminal already. */
function forwardSignals(child) {
  const forward = (signal) => child.kill(signal)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward)
  return () => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, forward)
  }
}
