/** Databases for the benchmark: on the server that DATABASE_URL names, or on one of its own that npm brings. All go at the end. */
import { readFile } from 'node:fs/promises'
import { createTestDatabase, startTestServer } from '@hello/core/testing'
import pg from 'pg'
import { postmasterOf } from './cpu-watch.mjs'

/** Gives a server on which each peer gets a fresh database. */
export async function startDatabases() {
  const server = await startTestServer({ databaseUrl: process.env.DATABASE_URL, durable: true })
  const schema = await readFile(new URL('schema.sql', import.meta.url), 'utf8')
  try {
    const facts = await factsOf(server.url)
    return {
      ...facts,
      description: `${server.description}, synchronous_commit ${facts.synchronousCommit}`,
      /** With the peers' tables where `isBare`; Hello makes its own. `drop` may be called at any time. */
      async create({ isBare }) {
        const database = await createTestDatabase({ serverUrl: server.url })
        if (isBare) await withClient(database.url, (client) => client.query(schema))
        return database
      },
      stop: () => server.stop(),
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** @template T @param {string} url @param {(client: pg.Client) => Promise<T>} use */
export async function withClient(url, use) {
  const client = new pg.Client(url)
  // Without a listener, a connection that breaks would end the process.
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

async function factsOf(url) {
  return withClient(url, async (client) => {
    const { rows } = await client.query(
      "SELECT pg_backend_pid() AS pid, current_setting('synchronous_commit') AS commit, current_setting('server_version') AS version",
    )
    const [{ pid, commit, version }] = rows
    if (commit === 'off')
      throw new Error('The server has synchronous_commit off, so that commits cost nothing. Switch it on.')
    return {
      synchronousCommit: commit,
      version: version.split(' ')[0],
      postmasterPid: postmasterOf(pid),
    }
  })
}
