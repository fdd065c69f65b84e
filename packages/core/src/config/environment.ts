/** Reads one variable, from the environment or from the file that its `_FILE` twin names. Reads only what it is given, and that may be the process's own. */

import { readFileSync, statSync } from 'node:fs'
import { ConfigError } from '../errors.js'

/** The variables of a process, as `process.env` has them. Passed in, so that a test or a second app has its own. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The variables of this process: what an app reads that is given none. The one place that looks at them. */
export function processEnvironment(): Environment {
  return process.env
}

/** What was read of a variable. */
export interface ReadVariable {
  /** As it stands; from a file, without the line feeds at its end. Undefined where it is unset or blank. */
  text: string | undefined
  /** The variable to name in a message: `BOT_TOKEN`, or `BOT_TOKEN_FILE (/run/secrets/token)`. */
  where: string
  /** Said to the operator once, at start: that a secret's file is readable by others. */
  warning?: string
}

/**
 * The value of a variable. Blank counts as unset, since Compose passes on an empty one for `NAME=${NAME:-}`.
 * @throws ConfigError CONFIG_SECRET_CONFLICT: the variable and its `_FILE` are both set.
 * @throws ConfigError CONFIG_SECRET_FILE: the file is absent, unreadable, no file, or empty.
 */
export function readVariable(env: Environment, name: string, { secret = false } = {}): ReadVariable {
  const direct = unlessBlank(env[name])
  const path = unlessBlank(env[`${name}_FILE`])
  if (path === undefined) return { text: direct, where: name }
  if (direct !== undefined) {
    throw new ConfigError(
      'CONFIG_SECRET_CONFLICT',
      `${name} and ${name}_FILE are both set: expected one of them. Remove ${name}, or remove ${name}_FILE.`,
    )
  }
  const where = `${name}_FILE (${path})`
  const warning = secret ? readableByOthers(path, where) : undefined
  return { text: readText(path, where), where, ...(warning !== undefined && { warning }) }
}

function unlessBlank(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text
}

function readText(path: string, where: string): string {
  const text = readOrThrow(path, where).replace(/[\r\n]+$/, '')
  if (text.trim() !== '') return text
  throw new ConfigError(
    'CONFIG_SECRET_FILE',
    `${where} is empty: expected the value as its only line. Write it there.`,
  )
}

function readOrThrow(path: string, where: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown'
    const reason = reasons[code] ?? 'cannot be read'
    throw new ConfigError(
      'CONFIG_SECRET_FILE',
      `${where} ${reason} (${code}): expected a text file that this user may read. Check the path and its permissions.`,
      { cause },
    )
  }
}

const reasons: Record<string, string> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  EISDIR: 'is a directory',
}

function readableByOthers(path: string, where: string): string | undefined {
  // Windows has no such bits: Node reports every file as readable by all.
  if (process.platform === 'win32') return undefined
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined || (stats.mode & 0o044) === 0) return undefined
  const mode = (stats.mode & 0o777).toString(8).padStart(3, '0')
  return `${where} holds a secret and may be read by others (mode ${mode}). Restrict it: chmod 600 ${path}`
}
