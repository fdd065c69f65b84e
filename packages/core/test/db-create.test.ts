/** `hello db create` and `drop` on a real server: broken off at any step, run twice, at once, with the rights of no superuser, and beside what others have made. */
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withAdmin, withBotLock } from '../src/cli/db/admin-server.js'
import { setPassword } from '../src/cli/db/bot-access.js'
import { findBot } from '../src/cli/db/bot-mark.js'
import { parseBotName } from '../src/cli/db/bot-names.js'
import { type CreateResult, createBotDatabase } from '../src/cli/db/create-bot-database.js'
import { dropBotDatabase } from '../src/cli/db/drop-bot-database.js'
import { listBotDatabases } from '../src/cli/db/list-bot-databases.js'
import { createRolePassword } from '../src/cli/db/role-password.js'
import { startNode } from './cli.fixture.js'
import { queryOnce, type SharedServer, startSharedServer } from './support/shared-server.js'

let server: SharedServer
beforeAll(async () => {
  server = await startSharedServer()
})
afterAll(() => server.stop())

async function create(
  bot: string,
  adminUrl = server.url,
): Promise<CreateResult & { url: string | undefined }> {
  let url: string | undefined
  const result = await withAdmin(adminUrl, (admin) =>
    createBotDatabase(admin, parseBotName(bot), {
      connectionLimit: 5,
      deliver: async (delivered) => {
        url = delivered
      },
    }),
  )
  return { ...result, url }
}

const drop = (bot: string) => server.admin((admin) => dropBotDatabase(admin, parseBotName(bot)))

async function dieAfter(what: 'create' | 'drop', bot: string, step: string): Promise<void> {
  const child = fileURLToPath(new URL('db-create.child.ts', import.meta.url))
  const core = fileURLToPath(new URL('..', import.meta.url))
  const run = startNode(['--import', 'tsx', child, what, bot, step], core, { DATABASE_ADMIN_URL: server.url })
  expect(await run.ended, run.output).toBe('SIGKILL')
}

test.each(['role', 'database', 'rights', 'password', 'address'])(
  'a creation that is killed after the step %s lets nobody in, and the next one finishes it',
  async (step) => {
    const bot = `killed-${step}`
    await create('stranger')
    const { url: strangerUrl } = await renewed('stranger')
    await dieAfter('create', bot, step)
    const intruder = new URL(strangerUrl)
    intruder.pathname = `/${bot}_db`
    await expect(queryOnce(intruder.href, 'SELECT 1')).rejects.toMatchObject({
      code: /^(3D000|42501|55000)$/,
    })
    expect((await server.admin(listBotDatabases)).bots.find((one) => one.bot === bot)?.state).toBe('creating')

    const { outcome, url } = await create(bot)
    expect(outcome).toBe('resumed')
    await queryOnce(url as string, 'CREATE TABLE mine (id int)')
    expect((await create(bot)).outcome).toBe('unchanged')
    await queryOnce(url as string, 'SELECT FROM mine')
  },
)

async function renewed(bot: string): Promise<{ url: string }> {
  const { renewPassword } = await import('../src/cli/db/bot-password.js')
  let url = ''
  await server.admin((admin) =>
    renewPassword(admin, parseBotName(bot), {
      deliver: async (delivered) => {
        url = delivered
      },
    }),
  )
  return { url }
}

test.each(['marked', 'database'])(
  'a drop that is killed after the step %s is finished by the next one',
  async (step) => {
    const bot = `dropped-${step}`
    const { url } = await create(bot)
    await dieAfter('drop', bot, step)
    await expect(queryOnce(url as string, 'SELECT 1')).rejects.toMatchObject({
      code: /^(28000|28P01|3D000)$/,
    })
    await expect(create(bot)).rejects.toMatchObject({ code: 'BOT_DATABASE_UNFINISHED' })
    await drop(bot)
    expect(await server.admin((admin) => findBot(admin, parseBotName(bot)))).toMatchObject({
      hasRole: false,
      hasDatabase: false,
    })
    await expect(drop(bot)).rejects.toMatchObject({ code: 'DB_NOT_FOUND' })
  },
)

test('what others have made is left alone, whichever half of it is there', async () => {
  await queryOnce(server.url, 'CREATE ROLE theirs_user LOGIN')
  await queryOnce(server.url, 'CREATE DATABASE shop_db')
  for (const [bot, what] of [
    ['theirs', 'role "theirs_user"'],
    ['shop', 'database "shop_db"'],
  ] as const) {
    await expect(create(bot)).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      message: expect.stringContaining(
        `The server has the ${what} already, not made by hello db. Nothing was changed.`,
      ),
    })
    await expect(drop(bot)).rejects.toMatchObject({ code: 'DB_NOT_FOUND' })
  }
  expect(await server.admin((admin) => findBot(admin, parseBotName('theirs')))).toMatchObject({
    hasRole: true,
    hasDatabase: false,
  })
  await queryOnce(server.url, 'DROP DATABASE shop_db')
  await queryOnce(server.url, 'DROP ROLE theirs_user')
})

test('two at once make one bot, and both say what they did', async () => {
  const outcomes = await Promise.all([create('twice'), create('twice')])
  expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['created', 'unchanged'])
})

test('while one works on a bot another one waits, and then says so; other bots are free', async () => {
  const nothing = async () => 'done'
  await server.admin((first) =>
    withBotLock(first, parseBotName('busy'), async () => {
      await server.admin(async (second) => {
        await expect(withBotLock(second, parseBotName('busy'), nothing, 50)).rejects.toMatchObject({
          code: 'BOT_DATABASE_LOCKED',
          message: expect.stringContaining('works on "busy", and did not end within 0.05 s'),
        })
        expect(await withBotLock(second, parseBotName('free'), nothing, 50)).toBe('done')
      })
    }),
  )
})

test('an administrator who is no superuser can do it too, and says what only a superuser may', async () => {
  await queryOnce(server.url, `CREATE ROLE keeper LOGIN CREATEROLE CREATEDB PASSWORD 'keeper-password'`)
  await queryOnce(server.url, 'GRANT CONNECT ON DATABASE postgres TO keeper')
  const keeper = new URL(server.url)
  keeper.username = 'keeper'
  keeper.password = 'keeper-password'
  const { outcome, url } = await create('kept', keeper.href)
  expect(outcome).toBe('created')
  await queryOnce(url as string, 'CREATE TABLE mine (id int)')
  expect(await server.log()).not.toContain(new URL(url as string).password)
  await withAdmin(keeper.href, (admin) => dropBotDatabase(admin, parseBotName('kept')))
  await queryOnce(server.url, 'REVOKE CONNECT ON DATABASE postgres FROM keeper')
  await queryOnce(server.url, 'DROP ROLE keeper')
})

test('doors that stand open to bots are named where they may not be closed', async () => {
  await queryOnce(server.url, 'CREATE ROLE monitor LOGIN')
  await queryOnce(server.url, 'GRANT CONNECT ON DATABASE postgres TO PUBLIC')
  await queryOnce(server.url, 'CREATE DATABASE others')
  const { notes } = await create('noted')
  expect(notes).toEqual([
    expect.stringMatching(
      /^The database postgres is open .* other roles may need that \(monitor\)\. To close it: REVOKE CONNECT/,
    ),
    expect.stringMatching(/^The database others is open to every role of the server, this one among them\./),
  ])
  await queryOnce(server.url, 'DROP DATABASE others')
  await queryOnce(server.url, 'DROP ROLE monitor')
  expect((await create('noted')).notes).toEqual([
    expect.stringMatching(/^The database postgres was open .* closed to bots now/),
  ])
})

test('a role without the rights is refused by name, and nothing is left', async () => {
  await queryOnce(server.url, `CREATE ROLE nobody_much LOGIN PASSWORD 'nobody-password'`)
  await queryOnce(server.url, 'GRANT CONNECT ON DATABASE postgres TO nobody_much')
  const url = new URL(server.url)
  url.username = 'nobody_much'
  url.password = 'nobody-password'
  await expect(create('denied', url.href)).rejects.toMatchObject({
    code: 'DB_FORBIDDEN',
    message: expect.stringContaining('permission denied'),
  })
  expect(await server.admin((admin) => findBot(admin, parseBotName('denied')))).toMatchObject({
    hasRole: false,
    hasDatabase: false,
  })
})

test('even a statement that fails leaves no trace of a password in the log', async () => {
  const password = createRolePassword()
  await expect(
    server.admin((admin) => setPassword(admin, parseBotName('nowhere'), password)),
  ).rejects.toMatchObject({ code: 'DB_UNREACHABLE' })
  const log = await server.log()
  expect(log).toContain('role "nowhere_user" does not exist')
  expect(log).not.toContain(password.verifier)
})
