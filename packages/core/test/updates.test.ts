/** The way of an update through a whole app: polled or by webhook, handled, failed, tried again, and taken over. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createServer } from 'node:http'
import { expect, inject, onTestFinished, test } from 'vitest'
import { createApp } from '../src/app/create-app.js'
import { closeServer, listen } from '../src/http/listen.js'
import { defineContract, defineMigration, definePlugin, type HandlerContext, message } from '../src/index.js'
import { startTestBot } from '../src/testing/test-bot.js'
import { withServer } from '../src/testing/test-database.js'
import { until } from '../src/updates/core-tables.fixture.js'
import { freePort } from './support/free-port.js'

const contract = defineContract({
  name: 'notes',
  migrations: [
    defineMigration({
      name: '0001-create-notes',
      async up({ sql }) {
        await sql`CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY, chat bigint, text text)`
      },
    }),
  ],
})

type Ctx = HandlerContext<typeof contract>

const note = (ctx: Ctx) =>
  ctx.services.session.sql`INSERT INTO notes (chat, text) VALUES (${ctx.chat?.id}, ${ctx.text})`

/** An app with one handler of texts. */
function appOf(handle: (ctx: Ctx & { readonly text: string }) => unknown) {
  const notes = definePlugin(contract, {
    handlers: {
      updates: ['message'],
      install: (bot) => bot.on(message('text'), (ctx) => handle(ctx as never) as Promise<void>),
    },
  })
  return createApp({ plugins: [notes()] })
}

const start = (app: ReturnType<typeof appOf>, env = {}) =>
  startTestBot(app, { postgresUrl: inject('postgresUrl'), env, quiet: true })

const rowsOf = (url: string, text: string) =>
  withServer(url, async (client) => (await client.query(text)).rows as Record<string, unknown>[])

async function webhookEnv(): Promise<Record<string, string>> {
  const port = await freePort()
  const secret = 'a-secret-of-this-test'
  return { WEBHOOK_URL: `http://127.0.0.1:${port}/webhook`, WEBHOOK_SECRET: secret, PORT: String(port) }
}

test('refuses what is sent or deferred after the handler has returned, instead of losing it', async () => {
  let resolveLate: (errors: unknown[]) => void = () => undefined
  const late = new Promise<unknown[]>((resolve) => {
    resolveLate = resolve
  })
  const app = appOf(async (ctx) => {
    await note(ctx)
    ctx.afterCommit(async () => {
      const send = ctx.outbox.reply('too late').catch((error: unknown) => error)
      const defer = (async () => ctx.afterCommit(() => undefined))().catch((error: unknown) => error)
      resolveLate(await Promise.all([send, defer]))
    })
  })
  await using bot = await start(app)
  bot.createPerson({ firstName: 'Alice' }).sends('hi')
  expect(await late).toMatchObject([{ code: 'UNIT_CLOSED' }, { code: 'UNIT_CLOSED' }])
})

test('an update that fails is recorded with plugin, error, attempts and payload, and stops no other', async () => {
  const app = appOf(async (ctx) => {
    await note(ctx)
    if (ctx.text === 'bad') throw new Error(`broken near ${ctx.telegram.token}`)
    await ctx.outbox.reply(`noted ${ctx.text}`)
  })
  await using bot = await start(app)
  const alice = bot.createPerson({ firstName: 'Alice' })
  for (const text of ['one', 'bad', 'two']) alice.sends(text)
  await alice.sees('noted one')
  await alice.sees('noted two')
  expect(await rowsOf(bot.databaseUrl, 'SELECT text FROM notes ORDER BY id')).toEqual([
    { text: 'one' },
    { text: 'two' },
  ])
  const [failed] = await rowsOf(bot.databaseUrl, `SELECT * FROM hello_inbox WHERE outcome = 'failed'`)
  expect(failed).toMatchObject({ plugin: 'notes', attempts: 1, payload: { message: { text: 'bad' } } })
  expect(failed?.error).toMatch(/^Error: broken near \[secret\]\n/)
  expect(bot.log).not.toContain(bot.bot.token)
})

test('a lost connection is tried again in its lane: later updates of the chat wait, other chats do not', async () => {
  let losses = 2
  const app = appOf(async (ctx) => {
    await note(ctx)
    if (ctx.text === 'a1' && losses-- > 0)
      await ctx.services.session.sql`SELECT pg_terminate_backend(pg_backend_pid())`
    await ctx.outbox.reply(`noted ${ctx.text}`)
  })
  await using bot = await start(app)
  const [alice, bob] = [bot.createPerson({ firstName: 'Alice' }), bot.createPerson({ firstName: 'Bob' })]
  alice.sends('a1')
  alice.sends('a2')
  bob.sends('b1')
  await bob.sees('noted b1')
  await alice.sees('noted a2')
  await app.idle()
  const notes = await rowsOf(bot.databaseUrl, 'SELECT text FROM notes ORDER BY id')
  expect(notes.map(({ text }) => text)).toEqual(['b1', 'a1', 'a2'])
})

test('an error after the commit is logged, and the update stays done', async () => {
  const app = appOf(async (ctx) => {
    await note(ctx)
    ctx.afterCommit(() => {
      throw new Error('too late')
    })
  })
  await using bot = await start(app)
  bot.createPerson({ firstName: 'Alice' }).sends('hi')
  await until(() => bot.log.includes('too late'))
  await app.idle()
  expect(await rowsOf(bot.databaseUrl, 'SELECT outcome FROM hello_inbox')).toEqual([{ outcome: 'done' }])
})

test('work after the commit that never ends is told after UPDATE_DEADLINE, and its chat goes on', async () => {
  const app = appOf(async (ctx) => {
    await note(ctx)
    if (ctx.text === 'hang') ctx.afterCommit(() => new Promise(() => undefined))
  })
  await using bot = await start(app, { UPDATE_DEADLINE: '2s' })
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('hang')
  alice.sends('next')
  await until(async () => (await rowsOf(bot.databaseUrl, 'SELECT FROM notes')).length === 2)
  await app.idle()
  expect(bot.log).toContain('UNIT_DEADLINE')
  const rows = await rowsOf(bot.databaseUrl, 'SELECT outcome FROM hello_inbox')
  expect(rows).toEqual([{ outcome: 'done' }, { outcome: 'done' }])
})

test('what happens to an update is published in its order', async () => {
  const app = appOf(note)
  await using bot = await start(app)
  const events: string[] = []
  for (const name of ['received', 'started', 'dispatched', 'settled']) {
    const channel = `hello:update.${name}`
    const listen = (event: unknown) => {
      const { botId, updateId, outcome } = event as Record<string, unknown>
      if (botId === bot.bot.id) events.push([name, typeof updateId, outcome].filter(Boolean).join(' '))
    }
    subscribe(channel, listen)
    onTestFinished(() => void unsubscribe(channel, listen))
  }
  bot.createPerson({ firstName: 'Alice' }).sends('hi')
  await until(() => events.length === 4)
  expect(events).toEqual([
    'received number',
    'started number',
    'dispatched number',
    'settled number committed',
  ])
})

test('malformed updates, doubles and NUL characters harm nobody', async () => {
  const app = appOf(async (ctx) => {
    await note(ctx)
    await ctx.outbox.reply(`noted ${ctx.text}`)
  })
  await using bot = await start(app)
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('first')
  await alice.sees('noted first')
  const chat = { id: alice.id, type: 'private', first_name: 'Alice' }
  const crafted = (update_id: number, text: string) => ({
    update_id,
    message: { message_id: 90, date: 1, chat, from: alice.user, text },
  })
  const { world, bot: account } = bot
  for (const malformed of [null, [], 'x', { update_id: '7' }]) world.deliver(account, malformed)
  world.deliver(account, (id: number) => crafted(id, 'a\u0000b'))
  world.deliver(account, crafted(account.updates.lastId, 'double'))
  await alice.sees('noted ab')
  alice.sends('last')
  await alice.sees('noted last')
  const notes = await rowsOf(bot.databaseUrl, 'SELECT text FROM notes ORDER BY id')
  expect(notes.map(({ text }) => text)).toEqual(['first', 'ab', 'last'])
})

test('the same bot by webhook: answers in order, survives a restart, and is not deaf to what came meanwhile', async () => {
  const app = appOf(async (ctx) => {
    await note(ctx)
    await ctx.outbox.reply(`noted ${ctx.text}`)
  })
  await using bot = await start(app, await webhookEnv())
  const alice = bot.createPerson({ firstName: 'Alice' })
  for (let count = 1; count <= 20; count++) alice.sends(`Привет 👋 ${count}`)
  for (let count = 1; count <= 20; count++) await alice.sees(`noted Привет 👋 ${count}`)
  await app.stop()
  alice.sends('while away')
  await app.start({ env: bot.env, logDestination: { write: () => undefined } })
  // Telegram tries again after 2, 4, 8 … seconds, whenever the bot has come back.
  await alice.sees('noted while away', { timeoutMs: 20_000 })
})

test('a second instance takes updates in by webhook while the first leads, and takes over when it stops', async () => {
  const handledBy: string[] = []
  const create = (name: string) =>
    appOf(async (ctx) => {
      await note(ctx)
      handledBy.push(`${name} ${ctx.text}`)
      await ctx.outbox.reply(`noted ${ctx.text}`)
    })
  const second = create('second')
  const first = create('first')
  await using bot = await start(first, await webhookEnv())
  onTestFinished(() => second.stop())
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('1')
  await alice.sees('noted 1')
  // The webhook is now the second's, which stands by: it writes, and the first handles.
  await second.start({
    env: { ...bot.env, ...(await webhookEnv()) },
    logDestination: { write: () => undefined },
  })
  for (const text of ['2', '3']) alice.sends(text)
  await alice.sees('noted 3')
  await first.stop()
  alice.sends('4')
  await alice.sees('noted 4', { timeoutMs: 10_000 })
  expect(handledBy).toEqual(['first 1', 'first 2', 'first 3', 'second 4'])
})

test('what a unit without an update puts in the outbox arrives, also when Telegram could not be reached at first', async () => {
  const app = appOf(note)
  await using bot = await start(app)
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('hi')
  await app.idle()
  bot.server.faults.next('sendMessage', { kind: 'cut', when: 'before' })
  await app.unit(async ({ outbox }) => outbox.sendMessage(alice.id, 'from a script'))
  await alice.sees('from a script')
})

test('a token that Telegram refuses while the bot runs ends it with one clear error', async () => {
  const fatal: Error[] = []
  const app = appOf(note)
  await using bot = await startTestBot(app, {
    postgresUrl: inject('postgresUrl'),
    quiet: true,
    onFatal: (error) => fatal.push(error),
  })
  // One answer of a gateway is not believed: it is asked who the bot is.
  const unauthorized = { kind: 'error', errorCode: 401, description: 'Unauthorized' } as const
  bot.server.faults.next('getMe', unauthorized)
  bot.server.faults.next('getUpdates', unauthorized)
  bot.createPerson({ firstName: 'Alice' }).sends('hi')
  await until(() => fatal.length > 0)
  expect(fatal.map((error) => (error as Error & { code: string }).code)).toEqual(['TELEGRAM_TOKEN_REFUSED'])
})

test('a port that is taken stops the start with CONFIG_PORT_IN_USE', async () => {
  const other = createServer()
  const port = await listen(other, 0)
  onTestFinished(() => closeServer(other))
  const env = { ...(await webhookEnv()), PORT: String(port), WEBHOOK_URL: `http://127.0.0.1:${port}/webhook` }
  await expect(start(appOf(note), env)).rejects.toMatchObject({ code: 'CONFIG_PORT_IN_USE' })
})

test('an intake that cannot be opened at first is opened later', async () => {
  const app = appOf(async (ctx) => ctx.outbox.reply('here'))
  await using bot = await start(app)
  await app.stop()
  bot.server.faults.next('getWebhookInfo', { kind: 'cut', when: 'before' })
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('hi')
  await app.start({ env: bot.env, logDestination: { write: () => undefined } })
  await alice.sees('here', { timeoutMs: 10_000 })
})

test('a webhook that another program has set is deleted where the bot polls, behind a line that says so', async () => {
  const app = appOf(async (ctx) => ctx.outbox.reply('here'))
  await using bot = await start(app)
  await app.stop()
  await bot.world.call(bot.bot, 'setWebhook', { url: 'http://127.0.0.1:9/webhook' })
  // The first try to delete it fails: what is said then stands already.
  bot.server.faults.next('deleteWebhook', { kind: 'cut', when: 'before' })
  const lines: string[] = []
  const logDestination = { write: (line: string) => void lines.push(line) }
  await app.start({ env: { ...bot.env, LOG_LEVEL: 'info' }, logDestination })
  const log = lines.join('')
  expect(log).toContain('A webhook is set, and WEBHOOK_URL is not: it is deleted, and updates are polled')
  expect(log).toContain('http://127.0.0.1:9/webhook')
  expect(bot.bot.webhook).toBeDefined()
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('hi')
  await alice.sees('here', { timeoutMs: 10_000 })
  expect(bot.bot.webhook).toBeUndefined()
})

test('a webhook that Telegram cannot be told of at first is told later', async () => {
  const app = appOf(async (ctx) => ctx.outbox.reply('here'))
  const env = await webhookEnv()
  await using bot = await start(app, env)
  await app.stop()
  await bot.world.call(bot.bot, 'deleteWebhook')
  bot.server.faults.next('setWebhook', { kind: 'html', status: 502 })
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('hi')
  await app.start({ env: bot.env, logDestination: { write: () => undefined } })
  await alice.sees('here', { timeoutMs: 10_000 })
})
