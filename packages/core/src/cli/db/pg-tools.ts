/** The programs `pg_dump` and `pg_restore` of the system: whether they are there and new enough, and how they are run without a password on a command line. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Environment } from '../../config/environment.js'
import { DatabaseError } from '../../errors.js'

/** One of the programs. */
export interface PgTool {
  readonly name: 'pg_dump' | 'pg_restore'
  readonly path: string
  /** As `15.4`. */
  readonly version: string
  /** As 15: a program reads servers and archives of its own major version and older ones. */
  readonly major: number
  readonly env: Environment
}

/**
 * Finds a program.
 *
 * @param directory where it lies; without one it is looked for on the PATH
 * @throws DatabaseError PG_TOOL_MISSING: it is not there, or does not say what it is.
 */
export async function findPgTool(
  name: PgTool['name'],
  env: Environment,
  directory?: string,
): Promise<PgTool> {
  const path = directory === undefined ? name : join(directory, name)
  let said = ''
  const { exitCode, problem } = await run(path, ['--version'], childEnvironment(env), {
    onOut: (line) => {
      said += line
    },
  })
  const version = /\(PostgreSQL\) (\d+)(\S*)/.exec(said)
  if (exitCode === 0 && version !== null) {
    return { name, path, version: `${version[1]}${version[2]}`, major: Number(version[1]), env }
  }
  const where = directory === undefined ? 'on the PATH' : `in ${directory}`
  throw new DatabaseError(
    'PG_TOOL_MISSING',
    `There is no working ${name} ${where} (${problem ?? `found ${JSON.stringify(said)}`}). Install the client programs of PostgreSQL (Debian: postgresql-client, Alpine: postgresql15-client, macOS: libpq), or say with --pg-bin where they are. Nothing was done.`,
  )
}

/** @throws DatabaseError PG_TOOL_OLD: the server is of a newer major version than the program. */
export function requireNewEnough({ name, version, major }: PgTool, serverVersionNum: number): void {
  const server = Math.floor(serverVersionNum / 10_000)
  if (major >= server) return
  throw new DatabaseError(
    'PG_TOOL_OLD',
    `${name} is of PostgreSQL ${version}, and the server of ${server}: it cannot work with a newer server. Install ${name} ${server}, or say with --pg-bin where it is. Nothing was done.`,
  )
}

/** How a program is run. */
export interface PgToolRun {
  readonly args: readonly string[]
  /** The database; its password goes by the environment, where only this user can read it. */
  readonly url?: string
  /** Takes each line that it says about its work. */
  readonly onLine?: (line: string) => void
  /** Takes each line of its result. */
  readonly onOut?: (line: string) => void
  /** Ends it. */
  readonly signal?: AbortSignal | undefined
}

/** @returns what went wrong in the program's own words; undefined where nothing did */
export async function runPgTool(
  tool: PgTool,
  { args, url, ...listeners }: PgToolRun,
): Promise<string | undefined> {
  const connection = url === undefined ? undefined : withoutPassword(url)
  const env = {
    ...childEnvironment(tool.env),
    ...(connection?.password && { PGPASSWORD: connection.password }),
  }
  const all = connection === undefined ? args : [...args, `--dbname=${connection.url}`]
  const { exitCode, problem } = await run(tool.path, all, env, listeners)
  return exitCode === 0 ? undefined : (problem ?? `${tool.name} ended with exit code ${exitCode}`)
}

function withoutPassword(text: string): { url: string; password: string } {
  const url = new URL(text)
  const password = decodeURIComponent(url.password) || (url.searchParams.get('password') ?? '')
  url.password = ''
  url.searchParams.delete('password')
  return { url: url.href, password }
}

/** No secret of ours, and messages in one language. */
function childEnvironment(env: Environment): NodeJS.ProcessEnv {
  const passed = Object.entries(env).filter(([name]) =>
    /^(PATH|HOME|TZ|SystemRoot|LD_LIBRARY_PATH|PG[A-Z]+)$/i.test(name),
  )
  return { PGCONNECT_TIMEOUT: '10', ...Object.fromEntries(passed), LC_ALL: 'C' }
}

interface Ended {
  readonly exitCode: number | undefined
  readonly problem: string | undefined
}

function run(
  path: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { onLine, onOut, signal }: Pick<PgToolRun, 'onLine' | 'onOut' | 'signal'>,
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(path, args, { env, stdio: ['ignore', 'pipe', 'pipe'], ...(signal && { signal }) })
    let problem: string | undefined
    child.on('error', (error: NodeJS.ErrnoException) => {
      problem = error.name === 'AbortError' ? 'it was broken off' : (error.code ?? error.message)
    })
    createInterface(child.stdout).on('line', (line) => onOut?.(line))
    createInterface(child.stderr).on('line', (line) => {
      // The first is the reason, what follows is about it: pg_dump: error: …, pg_dump: detail: …
      if (/: (error|fatal): /i.test(line)) problem ??= line
      onLine?.(line)
    })
    child.on('close', (code) => resolve({ exitCode: code ?? undefined, problem }))
  })
}
