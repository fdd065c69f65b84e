/** The variables with which a command looks at a project: where neither a token nor a database is set, those that `hello dev` has brought along. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Environment } from '../config/environment.js'
import { isSet } from './set-variables.js'
import { hideSecrets, type Terminal } from './terminal.js'

/** Variables, and what gives back the server that was started for them. */
export interface ProjectEnvironment {
  readonly env: Environment
  close(): Promise<void>
}

/**
 * Nothing is made: only what `hello dev` has left in `.hello` is used, and never in production.
 *
 * @throws DatabaseError EMBEDDED_NOT_INSTALLED and its like.
 */
export async function openProjectEnvironment(
  directory: string,
  env: Environment,
  { note, redactor }: Pick<Terminal, 'note' | 'redactor'>,
): Promise<ProjectEnvironment> {
  const data = join(directory, '.hello')
  const nothing = { env, close: async () => undefined }
  if (env.ENVIRONMENT === 'production' || isSet(env, 'DATABASE_URL') || !existsSync(data)) return nothing
  const token = isSet(env, 'BOT_TOKEN') ? undefined : await localToken(data)
  const { url, close } = await openDatabase(data)
  note('DATABASE_URL is not set: using the database of hello dev')
  const settings = { ...env, ...(token !== undefined && { BOT_TOKEN: token }), DATABASE_URL: url }
  hideSecrets(redactor, settings)
  return { env: settings, close }
}

async function openDatabase(data: string) {
  const { findRunningEmbedded } = await import('../database/embedded-running.js')
  const running = await findRunningEmbedded(data)
  if (running !== undefined) return { url: running, close: async () => undefined }
  const { startEmbeddedPostgres } = await import('../database/embedded.js')
  const server = await startEmbeddedPostgres({ directory: data })
  return { url: server.url, close: () => server.stop() }
}

/** Of the bot in the local Telegram. */
async function localToken(data: string): Promise<string | undefined> {
  try {
    const world = JSON.parse(await readFile(join(data, 'telegram.json'), 'utf8')) as {
      bots?: { token?: string }[]
    }
    return world.bots?.[0]?.token
  } catch {
    // What is then missing is said where it is needed.
    return undefined
  }
}
