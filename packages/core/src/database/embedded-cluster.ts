/** The folder of an embedded server: `<directory>/postgres` with `data/`, `password` and `postgres.log`, made at once or not at all. Where the server's OS user cannot enter the directory, `postgres` is a link to a folder under `/var/lib` (or `/var/tmp`) that it can. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmod,
  chown,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { DatabaseError } from '../errors.js'
import { makeOurFolder } from './embedded-folder.js'
import { canReach, type ServerUser } from './embedded-server-user.js'
import { serverEnvironment } from './embedded-supervisor.js'

const run = promisify(execFile)

/** Name of the role that owns everything in an embedded server. */
export const embeddedRole = 'postgres'

/** Where the parts of a cluster lie, as absolute paths without links. */
export interface EmbeddedCluster {
  /** The folder of all parts; to be removed as a whole. */
  readonly home: string
  /** The folder that PostgreSQL owns. */
  readonly dataDirectory: string
  /** The server's log, begun anew by each start. */
  readonly logFile: string
  /** Process id of the program that started the server last. */
  readonly holderFile: string
  /** Password of the role `postgres`; on disk in a file that we alone may read. */
  readonly password: string
}

/** How a cluster is made. */
export interface Initdb {
  /** Absolute path of the `initdb` binary. */
  readonly path: string
  /** Its major version, as 18. */
  readonly major: number
  /** Whether the new files must be safe on the disk before it returns. */
  readonly durable: boolean
}

/** The cluster in this directory; `undefined` where none was made yet. */
export async function findCluster(directory: string): Promise<EmbeddedCluster | undefined> {
  const home = await realpath(homeIn(directory)).catch(() => undefined)
  if (home === undefined) return undefined
  const password = await readFile(join(home, 'password'), 'utf8').catch((error: Error) => {
    throw startFailure(
      `${home} was made by another OS user (${error.message}). Run as that user, or remove the folder and its data`,
      error,
    )
  })
  return {
    home,
    dataDirectory: join(home, 'data'),
    logFile: join(home, 'postgres.log'),
    holderFile: join(home, 'holder'),
    password: password.trim(),
  }
}

/** Who owns the data of a cluster. */
export async function ownerOf(cluster: EmbeddedCluster): Promise<ServerUser> {
  const { uid, gid } = await stat(cluster.dataDirectory)
  return { uid, gid }
}

/**
 * Makes a cluster in this directory. Where another process makes one at the same time, one of the two stays and both get it.
 *
 * @param places folders for the cluster where the user cannot enter the directory, best first.
 * @throws DatabaseError EMBEDDED_START_FAILED: `initdb` failed, or no place takes the cluster. Nothing is left behind.
 */
export async function createCluster(
  directory: string,
  user: ServerUser | undefined,
  initdb: Initdb,
  places: readonly string[],
): Promise<EmbeddedCluster> {
  const place = await placeFor(directory, user, places)
  const unfinished = join(place, `postgres-${process.pid}-${randomBytes(6).toString('hex')}`)
  try {
    await fillCluster(unfinished, user, initdb)
    if (place === resolve(directory)) await rename(unfinished, homeIn(directory))
    else await symlink(unfinished, homeIn(directory))
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    if ((await findCluster(directory)) === undefined) throw error
  }
  const cluster = await findCluster(directory)
  if (cluster === undefined) throw startFailure(`${homeIn(directory)} vanished while it was made`)
  return cluster
}

/** Removes what starts that were killed on the way have left in the directory. */
export async function removeUnfinished(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const maker = /^postgres-(\d+)-[0-9a-f]{12}$/.exec(name)?.[1]
    if (maker === undefined || isAlive(Number(maker))) continue
    await rm(join(directory, name), { recursive: true, force: true })
  }
}

/** Whether a process with this id exists, ours or not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function homeIn(directory: string): string {
  return join(resolve(directory), 'postgres')
}

async function placeFor(
  directory: string,
  user: ServerUser | undefined,
  places: readonly string[],
): Promise<string> {
  if (await canReach(user, resolve(directory))) return resolve(directory)
  for (const place of places) {
    try {
      await makeOurFolder(place)
    } catch {
      continue
    }
    if (await canReach(user, place)) return place
  }
  throw startFailure(
    `its OS user can enter neither ${resolve(directory)} nor any of ${places.join(', ')}; move the project to a folder that others may enter`,
  )
}

async function fillCluster(home: string, user: ServerUser | undefined, initdb: Initdb): Promise<void> {
  const data = join(home, 'data')
  await mkdir(data, { recursive: true, mode: 0o700 })
  const passwordFile = join(home, 'password')
  await writeFile(passwordFile, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 })
  if (user === undefined) {
    await initialise(initdb, data, passwordFile, undefined)
    return
  }
  await chmod(home, 0o711)
  await chown(data, user.uid, user.gid)
  // initdb reads the password as the server's user; afterwards it is ours alone again.
  await chown(passwordFile, user.uid, user.gid)
  await initialise(initdb, data, passwordFile, user)
  await chown(passwordFile, 0, 0)
}

async function initialise(
  initdb: Initdb,
  data: string,
  passwordFile: string,
  user: ServerUser | undefined,
): Promise<void> {
  const args = [
    `--pgdata=${data}`,
    `--username=${embeddedRole}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // The same order and case of letters on every machine, whatever locales it has.
    ...(initdb.major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : []),
    '--locale=C',
    ...(initdb.durable ? [] : ['--no-sync']),
  ]
  try {
    await run(initdb.path, args, { cwd: data, env: serverEnvironment, ...user })
  } catch (error) {
    throw startFailure(`initdb failed: ${(error as Error).message}`, error as Error)
  }
}

function startFailure(reason: string, cause?: Error): DatabaseError {
  return new DatabaseError(
    'EMBEDDED_START_FAILED',
    `The embedded PostgreSQL could not be started: ${reason}. Set DATABASE_URL to use a server of your own.`,
    { cause },
  )
}
