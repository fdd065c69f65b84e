/** Which OS user runs the embedded server: ourselves, except for root, as whom PostgreSQL refuses to run. Adds a user only to a machine that has none fit. */
import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
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
  return owner ?? (await userForRoot(usualUsers, waysToAddUser, onProgress))
}

/**
 * The first of these users, or a new one where the machine has none of them.
 *
 * @throws DatabaseError EMBEDDED_NO_USER: see {@link chooseServerUser}.
 */
export async function userForRoot(
  names: readonly string[],
  waysToAdd: readonly WayToAddUser[],
  onProgress: (line: string) => void,
): Promise<ServerUser> {
  return (await findUser([...names, createdUser])) ?? (await createUser(waysToAdd, onProgress))
}

/** A command and its arguments that add the user `hello-postgres`. */
export type WayToAddUser = readonly [string, readonly string[]]

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

/**
 * Whether this user reaches the path: every folder above it may be entered, and it may be run or entered itself.
 *
 * @throws DatabaseError EMBEDDED_START_FAILED: root may not act for that user here, as in some containers.
 */
export async function canReach(user: ServerUser | undefined, path: string): Promise<boolean> {
  if (user === undefined) {
    return access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
  }
  try {
    // The kernel's own answer as that user, since modes alone do not tell of access lists and mounts.
    await run('/bin/sh', ['-c', 'test -x "$1"', 'sh', path], { cwd: '/', ...user })
    return true
  } catch (error) {
    if ((error as { code?: unknown }).code === 1) return false
    throw new DatabaseError(
      'EMBEDDED_START_FAILED',
      `The system lets us start no process as the OS user ${user.uid}: ${(error as Error).message}. Run as an ordinary user, or set DATABASE_URL to use a server of your own.`,
      { cause: error },
    )
  }
}

async function idOf(flag: '-u' | '-g', name: string): Promise<number> {
  return Number.parseInt((await run('id', [flag, name])).stdout, 10)
}

async function createUser(
  waysToAdd: readonly WayToAddUser[],
  onProgress: (line: string) => void,
): Promise<ServerUser> {
  onProgress(
    `Adding the system user "${createdUser}": PostgreSQL does not run as root, and no other user is fit for it`,
  )
  const failures: string[] = []
  for (const [command, args] of waysToAdd) {
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
const waysToAddUser: readonly WayToAddUser[] = [
  ['useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', createdUser]],
  ['adduser', ['-S', '-D', '-H', '-s', '/bin/false', createdUser]],
]
