/** A terminal in a folder: commands that must succeed, and one that runs on until it is stopped. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { delimiter } from 'node:path'
import { Failure, run } from '../progress.mjs'

/** Somebody has broken a command off, and with it the whole check. */
export class Interrupted extends Failure {}

/** Exit codes of what SIGINT and SIGTERM have ended. */
const brokenOff = [130, 143]

/**
 * @typedef {object} Terminal
 * @property {(command: string, ...args: string[]) => Promise<string>} type runs a command to its end and gives what it wrote; fails where it does
 * @property {(command: string, ...args: string[]) => Running} start
 */

/**
 * @param {string} directory
 * @param {Record<string, string>} [env]
 * @param {string} [nodeFolder] where the Node stands that is to run everything
 * @returns {Terminal}
 */
export function openTerminal(directory, env = {}, nodeFolder) {
  const options = {
    cwd: directory,
    // npm and its like are scripts there, which only a shell finds.
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment(env, nodeFolder),
  }
  return {
    async type(command, ...args) {
      const { code, output } = await run(command, args, options)
      if (code === 0) return output
      throw new (brokenOff.includes(code) ? Interrupted : Failure)(
        `In ${directory}:\n$ ${[command, ...args].join(' ')}\n${output}\nIt ended with ${code}.`,
      )
    },
    start: (command, ...args) => start(command, args, options),
  }
}

/** What `npm run` tells its children is not meant for a person's terminal. */
function environment(env, nodeFolder) {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^npm_|^NODE_ENV$|^BOT_TOKEN|^DATABASE_URL/i.test(name),
  )
  const { PATH = '', ...others } = Object.fromEntries(own)
  return {
    ...others,
    PATH: nodeFolder === undefined ? PATH : `${nodeFolder}${delimiter}${PATH}`,
    NO_COLOR: '1',
    ...env,
  }
}

/**
 * @typedef {object} Running
 * @property {(pattern: RegExp) => Promise<RegExpExecArray>} says the first match in what it writes; fails when it ends without one
 * @property {() => Promise<number>} stop with Ctrl-C; gives its exit code
 */

/** @returns {Running} */
function start(command, args, options) {
  // A group of its own, which gets the signal as a terminal gives it: npm and what npm started.
  const child = spawn(command, args, { ...options, detached: process.platform !== 'win32' })
  let output = ''
  const looks = new Set()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
      for (const look of looks) look()
    })
  }
  const closed = once(child, 'close')
  return {
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(output)
          if (found === null) return
          looks.delete(look)
          resolve(found)
        }
        looks.add(look)
        look()
        const words = [command, ...args].join(' ')
        closed.then(([code]) =>
          reject(new Failure(`$ ${words}\n${output}\nIt ended with ${code} and never said ${pattern}.`)),
        )
      }),
    stop: async () => {
      if (child.exitCode === null) signal(child, 'SIGINT')
      const [code] = await closed
      return code
    },
  }
}

function signal(child, name) {
  if (process.platform === 'win32') child.kill(name)
  else process.kill(-child.pid, name)
}
