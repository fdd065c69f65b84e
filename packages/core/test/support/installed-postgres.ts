/** A PostgreSQL that is installed on this machine with its client programs: pg_dump is in no npm package. */
import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import type { EmbeddedBinaries } from '../../src/database/embedded-binaries.js'

/** Server and client programs of one version, in one folder. */
export interface InstalledPostgres {
  readonly directory: string
  readonly binaries: EmbeddedBinaries
}

const programs = ['initdb', 'pg_ctl', 'postgres', 'pg_dump', 'pg_restore']

/** The newest one; undefined where there is none. */
export async function findInstalledPostgres(): Promise<InstalledPostgres | undefined> {
  const directory = folders().find((folder) => programs.every((name) => existsSync(join(folder, name))))
  if (directory === undefined) return undefined
  const { stdout } = await promisify(execFile)(join(directory, 'postgres'), ['--version'])
  const version = /(\d+\.\d+)/.exec(stdout)?.[1]
  if (version === undefined) return undefined
  const [initdb = '', pgCtl = '', postgres = ''] = programs.map((name) => join(directory, name))
  return { directory, binaries: { initdb, pgCtl, postgres, version } }
}

// Debian, the packages of postgresql.org for Red Hat, Homebrew; then wherever the PATH leads.
function folders(): string[] {
  const versioned = [
    ['/usr/lib/postgresql', ''],
    ['/usr', 'pgsql-'],
    ['/opt/homebrew/opt', 'postgresql@'],
    ['/usr/local/opt', 'postgresql@'],
  ].flatMap(([parent = '', prefix = '']) =>
    (existsSync(parent) ? readdirSync(parent) : [])
      .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
      .sort((one, other) => Number(other.slice(prefix.length)) - Number(one.slice(prefix.length)))
      .map((name) => join(parent, name, 'bin')),
  )
  return [...versioned, ...(process.env.PATH ?? '').split(delimiter)]
}
