/** Databases for the benchmark: on the server that DATABASE_URL names, or on one of its own that npm brings. All go at the end. */
import { readFile } from 'node:fs/promises'
import { createTestDatabase, startTestServer } from '@hello/core/testing'
import pg from 'pg'

/** Gives a server on which each peer gets a fresh database. */
export async function startDatabases() {
  const server = await startTestServer({ databaseUrl: process.env.DATABASE_URL, durable: true })
  const schema = await readFile(new URL('schema.sql', import.meta.url), 'utf8')
  return {
    description: server.description,
    /** With the peers' tables where `isBare`; Hello makes its own. */
    async create({ isBare }) {
      const { url } = await createTestDatabase({ serverUrl: server.url })
      if (isBare) await runSql(url, schema)
      return url
    },
    stop: () => server.stop(),
  }
}

async function runSql(url, text) {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
