/** A dedicated connection to real and unreal servers: each failure has its code, names where it was, and hides the password. */
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { DatabaseError } from '../errors.js'
import { createTestDatabase, type TestDatabase } from '../testing/test-database.js'
import { assertServerVersion, connectClient, explainConnectionError, withClient } from './client.js'
import { identifier } from './sql.js'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ serverUrl: inject('postgresUrl') })
})
afterAll(() => database.drop())

const options = { applicationName: 'client test' }

function urlWith(change: (url: URL) => void): string {
  const url = new URL(database.url)
  change(url)
  return url.href
}

async function failureOf(url: string, more: object = {}): Promise<DatabaseError> {
  const error = await connectClient(url, { ...options, ...more }).then(
    () => expect.unreachable('connected'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(DatabaseError)
  expect((error as Error).message).not.toContain('s3cret')
  return error as DatabaseError
}

async function withListener<T>(
  server: Server | ReturnType<typeof createTcpServer>,
  use: (port: number) => Promise<T>,
): Promise<T> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await use((server.address() as AddressInfo).port)
  } finally {
    server.close()
  }
}

test('opens a connection that is known by its name', async () => {
  await withClient(
    urlWith((url) => url.searchParams.set('application_name', 'other')),
    { ...options, statementTimeoutMs: 7_000 },
    async (client) => {
      const { rows } = await client.query(
        `SELECT current_setting('application_name') AS name, current_setting('statement_timeout') AS timeout`,
      )
      expect(rows).toEqual([{ name: 'client test', timeout: '7s' }])
    },
  )
})

test('the time zone is UTC, whatever the server has', async () => {
  const { pathname } = new URL(database.url)
  await withClient(database.url, options, (client) =>
    client.query(`ALTER DATABASE ${identifier(pathname.slice(1)).text} SET timezone = 'Asia/Kolkata'`),
  )
  await withClient(database.url, options, async (client) => {
    const { rows } = await client.query('SHOW timezone')
    expect(rows).toEqual([{ TimeZone: 'UTC' }])
  })
})

test('the loss of a connection is told, and does not end the process', async () => {
  let lose: (error: Error) => void = () => {}
  const lost = new Promise<Error>((resolve) => {
    lose = resolve
  })
  const client = await connectClient(database.url, { ...options, onLost: lose })
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
  await withClient(database.url, options, (other) =>
    other.query('SELECT pg_terminate_backend($1)', [rows[0].pid]),
  )
  expect((await lost).message).toMatch(/terminat/)
})

test('a connection that is lost while it is used is explained', async () => {
  const work = withClient(database.url, options, (client) =>
    client.query('SELECT pg_terminate_backend(pg_backend_pid())'),
  )
  await expect(work).rejects.toMatchObject({ code: 'DB_UNREACHABLE' })
})

test('DB_NOT_FOUND names host, port and database', async () => {
  const error = await failureOf(
    urlWith((url) => {
      url.pathname = '/no_such_database'
    }),
  )
  const { hostname, port } = new URL(database.url)
  expect(error.code).toBe('DB_NOT_FOUND')
  expect(error.message).toContain(`database "no_such_database" at ${hostname}:${port}`)
})

test('DB_AUTH: a role that does not exist, or may not log in', async () => {
  const error = await failureOf(
    urlWith((url) => {
      url.username = 'no_such_role'
      url.password = 's3cret'
    }),
  )
  expect(error.code).toBe('DB_AUTH')
})

test('DB_FORBIDDEN: no right to connect', async () => {
  const role = `${database.name}_role`
  await withClient(database.url, options, async (client) => {
    await client.query(`REVOKE CONNECT ON DATABASE ${identifier(database.name).text} FROM PUBLIC`)
    await client.query(`CREATE ROLE ${identifier(role).text} LOGIN PASSWORD 's3cret'`)
  })
  try {
    const error = await failureOf(
      urlWith((url) => {
        url.username = role
        url.password = 's3cret'
      }),
    )
    expect(error.code).toBe('DB_FORBIDDEN')
  } finally {
    await withClient(database.url, options, (client) => client.query(`DROP ROLE ${identifier(role).text}`))
  }
})

test('DB_NOT_POSTGRES: a web server answers', async () => {
  await withListener(createServer(), async (port) => {
    const error = await failureOf(`postgresql://me:s3cret@127.0.0.1:${port}/bot`)
    expect(error).toMatchObject({ code: 'DB_NOT_POSTGRES' })
    expect(error.message).toContain(`127.0.0.1:${port}`)
  })
})

test('DB_NOT_POSTGRES: a web server answers a request for TLS', async () => {
  await withListener(createServer(), async (port) => {
    const error = await failureOf(`postgresql://me:s3cret@127.0.0.1:${port}/bot?sslmode=verify-full`)
    expect(error.code).toBe('DB_NOT_POSTGRES')
  })
})

test('DB_NOT_POSTGRES: a server that speaks first', async () => {
  await withListener(
    createTcpServer((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n')),
    async (port) => {
      expect((await failureOf(`postgresql://me:s3cret@127.0.0.1:${port}/bot`)).code).toBe('DB_NOT_POSTGRES')
    },
  )
})

test('DB_UNREACHABLE: nobody listens, or nobody answers in time', async () => {
  const port = await withListener(createTcpServer(), async (free) => free)
  expect((await failureOf(`postgresql://me:s3cret@127.0.0.1:${port}/bot`)).code).toBe('DB_UNREACHABLE')
  const silent = createTcpServer()
  await withListener(silent, async (taken) => {
    const error = await failureOf(`postgresql://me:s3cret@127.0.0.1:${taken}/bot`, { connectTimeoutMs: 100 })
    expect(error.code).toBe('DB_UNREACHABLE')
    expect(error.message).toContain('timeout')
  })
})

test('DB_UNREACHABLE: the server does not do TLS', async () => {
  await withListener(
    createTcpServer((socket) => socket.once('data', () => socket.write('N'))),
    async (port) => {
      const error = await failureOf(`postgresql://me:s3cret@127.0.0.1:${port}/bot?sslmode=verify-full`)
      expect(error).toMatchObject({ code: 'DB_UNREACHABLE', message: expect.stringContaining('TLS') })
    },
  )
})

test('a URL that cannot be parsed is not shown', async () => {
  const error = await failureOf('postgresql://me:s3cret@host:port/bot')
  expect(error.code).toBe('DB_UNREACHABLE')
  expect(JSON.stringify(error.cause ?? null)).not.toContain('s3cret')
})

test('DB_VERSION: older than 13', () => {
  expect(() => assertServerVersion(120_017, database.url)).toThrow(
    expect.objectContaining({ code: 'DB_VERSION' }),
  )
  assertServerVersion(130_000, database.url)
})

test.each([
  ['28P01', 'DB_AUTH'],
  ['28000', 'DB_AUTH'],
  ['3D000', 'DB_NOT_FOUND'],
  ['42501', 'DB_FORBIDDEN'],
  ['53300', 'DB_UNREACHABLE'],
  ['57P03', 'DB_UNREACHABLE'],
  ['57P01', 'DB_UNREACHABLE'],
  ['53100', 'DB_UNREACHABLE'],
  ['ECONNREFUSED', 'DB_UNREACHABLE'],
  ['ENOTFOUND', 'DB_UNREACHABLE'],
])('explains %s as %s, also inside an error of Sequelize or of several addresses', (state, code) => {
  const url = 'postgresql://me:p%40ss@db.example/bot'
  const driver = Object.assign(new Error('refused for p@ss'), { code: state })
  for (const error of [
    driver,
    Object.assign(new Error('wrapped'), { original: driver }),
    new AggregateError([driver]),
  ]) {
    const explained = explainConnectionError(error, url)
    expect(explained.code).toBe(code)
    expect(explained.message).toContain('database "bot" at db.example:5432 as "me": refused for ***.')
  }
})

test('DB_AUTH: the server wants a password and the URL has none', () => {
  const error = new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string')
  expect(explainConnectionError(error, 'postgresql://me@db.example/bot').code).toBe('DB_AUTH')
})
