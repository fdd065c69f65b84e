/** Which OS user runs the embedded server: ourselves, except for root, as whom PostgreSQL refuses to run. Adds a user only to a machine that has none fit. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { DatabaseError } from '../errors.js'

const run = promisify(execFile)

/** An OS user by its numbers. */
export interface ServerUser {
  readonly uid: number
  readonly gid: number
}

/** Users that stand ready on common systems, best first: those of a PostgreSQL package, then those that own nothing. */
export const usualUsers = ['postgres', '_postgres', 'nobody', 'daemon'] as const

const createdUser = 'hello-postgres'

/**
 * The user for the server's processes; `undefined` when that is ourselves (any user but root).
 *
 * @param owner who already owns the cluster, if there is one: it stays with them.
 * @throws DatabaseError EMBEDDED_NO_USER: we are root, no user fits and none could be added.
 */
export async function chooseServerUser(
  owner: ServerUser | undefined,
  onProgress: (line: string) => void,
): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined
  return owner ?? (await findUser([...usualUsers, createdUser])) ?? (await createUser(onProgress))
}

/** The first of these users (names or ids) that the machine knows and that is not root. */
export async function findUser(names: readonly string[]): Promise<ServerUser | undefined> {
  for (const name of names) {
    try {
      const [uid, gid] = await Promise.all([idOf('-u', name), idOf('-g', name)])
      if (uid > 0) return { uid, gid }
    } catch {
      // `id` knows no such user: the next one.
    }
  }
  return undefined
}

/** Whether this user reaches the path: every folder above it may be entered, and it may be run or entered itself. */
export async function canReach(user: ServerUser | undefined, path: string): Promise<boolean> {
  try {
    // The kernel's own answer as that user, since modes alone do not tell of access lists and mounts.
    await run('/bin/sh', ['-c', 'test -x "$1"', 'sh', path], { cwd: '/', ...user })
    return true
  } catch {
    return false
  }
}

async function idOf(flag: '-u' | '-g', name: string): Promise<number> {
  return Number.parseInt((await run('id', [flag, name])).stdout, 10)
}

async function createUser(onProgress: (line: string) => void): Promise<ServerUser> {
  onProgress(
    `Adding the system user "${createdUser}": PostgreSQL does not run as root, and no other user is fit for it`,
  )
  const failures: string[] = []
  for (const [command, args] of waysToAddUser) {
    try {
      await run(command, args)
      const user = await findUser([createdUser])
      if (user) return user
    } catch (error) {
      failures.push(`${command}: ${(error as Error).message}`)
    }
  }
  throw new DatabaseError(
    'EMBEDDED_NO_USER',
    `PostgreSQL does not run as root, and this machine has none of the users ${usualUsers.join(', ')}; adding "${createdUser}" failed (${failures.join('; ')}). Run as an ordinary user, or set DATABASE_URL to use a server of your own.`,
  )
}

// Debian, Fedora and their kin have the first, Alpine and busybox the second.
const waysToAddUser: readonly (readonly [string, string[]])[] = [
  ['useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', createdUser]],
  ['adduser', ['-S', '-D', '-H', '-s', '/bin/false', createdUser]],
]
