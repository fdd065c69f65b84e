/** Finds an embedded PostgreSQL that another process runs, such as `hello dev`, so that a command can use it beside it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { embeddedRole, findCluster, isAlive } from './embedded-cluster.js'
import { readPidFile } from './embedded-holder.js'

/** Its URL; `undefined` where none runs on the data in this directory. */
export async function findRunningEmbedded(
  directory: string,
  databaseName = 'hello',
): Promise<string | undefined> {
  const cluster = await findCluster(directory)
  if (cluster === undefined) return undefined
  const running = await readPidFile(cluster)
  if (running?.status !== 'ready' || !isAlive(running.pid)) return undefined
  // https://www.postgresql.org/docs/18/storage-file-layout.html: the fourth line is the port.
  const lines = (await readFile(join(cluster.dataDirectory, 'postmaster.pid'), 'utf8')).split('\n')
  const password = encodeURIComponent(cluster.password)
  return `postgresql://${embeddedRole}:${password}@127.0.0.1:${Number(lines[3])}/${encodeURIComponent(databaseName)}`
}
