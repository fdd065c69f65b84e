/** A run of tests leaves neither databases nor processes nor folders, and clears away what a killed run left. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, inject, onTestFinished, test } from 'vitest'
import { startTestServer } from './postgres-server.js'
import { createTestDatabase, withServer } from './test-database.js'

const serverUrl = inject('postgresUrl')

test('a run that begins on the server of another one leaves its databases alone, also where that one is embedded', async () => {
  const ofThisRun = await createTestDatabase({ serverUrl })
  onTestFinished(() => ofThisRun.drop())
  const databaseUrl = new URL(serverUrl)
  databaseUrl.searchParams.delete('application_name')
  const other = await startTestServer({ databaseUrl: databaseUrl.href })
  onTestFinished(() => other.stop())
  expect(await namesLike(ofThisRun.name)).toEqual([ofThisRun.name])
})

test('a run drops its own databases at its end, and those of a dead run, but none of a live one', async () => {
  const databaseUrl = new URL(serverUrl)
  databaseUrl.searchParams.delete('application_name')
  const live = await startTestServer({ databaseUrl: databaseUrl.href })
  onTestFinished(() => live.stop())
  const ofLive = await createTestDatabase({ serverUrl: live.url })
  const dead = `hello_test_${crypto.randomUUID().slice(0, 8)}_left`
  await query(serverUrl, `CREATE DATABASE "${dead}"`)
  const next = await startTestServer({ databaseUrl: databaseUrl.href })
  expect(await namesLike(dead)).toEqual([])
  await next.stop()
  expect(await namesLike(ofLive.name)).toEqual([ofLive.name])
  await live.stop()
  expect(await namesLike(ofLive.name)).toEqual([])
})

test('says which server cannot be used', async () => {
  const databaseUrl = 'postgresql://nobody@127.0.0.1:1/none'
  await expect(startTestServer({ databaseUrl })).rejects.toMatchObject({
    code: 'TEST_SERVER_UNUSABLE',
    message: expect.stringContaining('127.0.0.1:1'),
  })
})

test('starts an embedded server where none is named, and removes it with what a killed run left', async () => {
  const left = join(tmpdir(), `hello-tests-${await endedPid()}-left`)
  await mkdir(left)
  const server = await startTestServer()
  onTestFinished(() => server.stop())
  await expect(access(left)).rejects.toMatchObject({ code: 'ENOENT' })
  expect(server.description).toMatch(/^PostgreSQL \d+\.\d+, embedded$/)
  const database = await createTestDatabase({ serverUrl: server.url })
  const [row] = await query(database.url, 'SHOW data_directory')
  await server.stop()
  await expect(access((row as { data_directory: string }).data_directory)).rejects.toMatchObject({
    code: 'ENOENT',
  })
  await expect(createTestDatabase({ serverUrl: server.url })).rejects.toMatchObject({
    code: 'TEST_SERVER_UNUSABLE',
  })
})

async function endedPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  await once(child, 'exit')
  return child.pid as number
}

async function namesLike(pattern: string): Promise<string[]> {
  return withServer(serverUrl, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE datname LIKE $1',
      [pattern],
    )
    return rows.map(({ datname }) => datname)
  })
}

async function query(url: string, text: string): Promise<unknown[]> {
  return withServer(url, async (client) => (await client.query(text)).rows)
}
