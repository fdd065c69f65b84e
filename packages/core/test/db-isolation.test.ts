/** Ten bots on one server: each reaches its own database and nothing else, and no password is ever written by the server. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseBotName } from '../src/cli/db/bot-names.js'
import { renewPassword } from '../src/cli/db/bot-password.js'
import { createBotDatabase } from '../src/cli/db/create-bot-database.js'
import { listBotDatabases } from '../src/cli/db/list-bot-databases.js'
import { connectionsPerInstance, defaultConnectionLimit } from '../src/cli/db/server-survey.js'
import { connectClient } from '../src/database/client.js'
import { queryOnce, type SharedServer, startSharedServer } from './support/shared-server.js'

let server: SharedServer
const bots = ['hello-bot', ...Array.from({ length: 9 }, (_, index) => `bot${index + 2}`)]
const urls = new Map<string, string>()

beforeAll(async () => {
  server = await startSharedServer()
  for (const bot of bots) urls.set(bot, await create(bot))
})
afterAll(() => server.stop())

async function create(bot: string, connectionLimit = defaultConnectionLimit): Promise<string> {
  let delivered = ''
  await server.admin((admin) =>
    createBotDatabase(admin, parseBotName(bot), {
      connectionLimit,
      deliver: async (url) => {
        delivered = url
      },
    }),
  )
  return delivered
}

const urlOf = (bot: string) => urls.get(bot) as string

test('every bot can work in its own database as a bot does', async () => {
  for (const bot of bots) {
    await queryOnce(urlOf(bot), `CREATE TABLE secrets AS SELECT '${bot}' AS owner`)
    await queryOnce(urlOf(bot), 'CREATE SCHEMA own')
    await queryOnce(urlOf(bot), 'CREATE TEMPORARY TABLE passing (id int)')
    expect(await queryOnce(urlOf(bot), 'SELECT owner, current_user AS role FROM secrets')).toEqual([
      { owner: bot, role: `${bot}_user` },
    ])
  }
})

test('no bot reaches the database of another, nor one of the server: 110 refusals of 110', async () => {
  let refused = 0
  for (const bot of bots) {
    const others = bots.filter((other) => other !== bot).map((other) => `${other}_db`)
    for (const database of [...others, 'postgres', 'template1']) {
      const url = new URL(urlOf(bot))
      url.pathname = `/${database}`
      await expect(queryOnce(url.href, 'SELECT 1'), `${bot} in ${database}`).rejects.toMatchObject({
        code: '42501',
      })
      refused += 1
    }
  }
  expect(refused).toBe(110)
})

test('a password opens no door but its own', async () => {
  const [one, other] = [new URL(urlOf('bot2')), new URL(urlOf('bot3'))]
  one.password = other.password
  await expect(queryOnce(one.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
})

test('a bot can neither open its database to others, nor lift its limits, nor make anything of the server', async () => {
  for (const statement of [
    'GRANT CONNECT ON DATABASE bot2_db TO PUBLIC',
    'ALTER DATABASE bot2_db CONNECTION LIMIT 500',
    'ALTER ROLE bot2_user CONNECTION LIMIT 500',
    'ALTER ROLE bot2_user SUPERUSER',
    'ALTER DATABASE bot2_db OWNER TO bot2_user',
    'DROP DATABASE bot2_db',
    'CREATE ROLE another',
    'CREATE DATABASE another',
    `COPY (SELECT 1) TO PROGRAM 'true'`,
    'SET ROLE bot3_user',
  ]) {
    const result = await queryOnce(urlOf('bot2'), statement).then(
      () => 'done',
      ({ code }) => code,
    )
    // A GRANT without the right is a warning, and grants nothing.
    if (statement.startsWith('GRANT')) continue
    expect(result, statement).toMatch(/^42501$|^42809$/)
  }
  const url = new URL(urlOf('bot3'))
  url.pathname = '/bot2_db'
  await expect(queryOnce(url.href, 'SELECT 1')).rejects.toMatchObject({ code: '42501' })
})

test('a role has as many connections as it was given, and no more', async () => {
  const url = await create('limited', 3)
  const open = await Promise.all([1, 2, 3].map(() => connectClient(url, { applicationName: 'test' })))
  await expect(queryOnce(url, 'SELECT 1')).rejects.toMatchObject({ code: '53300' })
  await Promise.all(open.map((client) => client.end()))
})

test('ten bots with the pool of the shared setting fit into a server of 100 connections', async () => {
  const open = await Promise.all(
    bots.flatMap((bot) =>
      Array.from({ length: connectionsPerInstance }, () =>
        connectClient(urlOf(bot), { applicationName: 'test' }),
      ),
    ),
  )
  const { bots: listed, server: whole } = await server.admin(listBotDatabases)
  await Promise.all(open.map((client) => client.end()))
  expect(open).toHaveLength(60)
  for (const { bot, connections } of listed.filter(({ bot }) => urls.has(bot)))
    expect([bot, connections]).toEqual([bot, 6])
  expect(whole.connections).toBeGreaterThan(60)
  expect(whole.connections).toBeLessThan(whole.maxConnections)
})

test('a new password counts at once, and the old one no more', async () => {
  const old = urlOf('bot4')
  let renewed = ''
  await server.admin((admin) =>
    renewPassword(admin, parseBotName('bot4'), {
      deliver: async (url) => {
        renewed = url
      },
    }),
  )
  expect(await queryOnce(renewed, 'SELECT owner FROM secrets')).toEqual([{ owner: 'bot4' }])
  await expect(queryOnce(old, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
  urls.set('bot4', renewed)
})

test('the log of the server, which has every statement, has neither a password nor what one is checked by', async () => {
  const log = await server.log()
  expect(log).toContain('CREATE ROLE "hello-bot_user"')
  for (const url of urls.values()) expect(log).not.toContain(new URL(url).password)
  expect(log).not.toContain('SCRAM-SHA-256$')
  expect(log).not.toMatch(/ALTER ROLE \S+ LOGIN PASSWORD/)
})
