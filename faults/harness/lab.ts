/** What a row works in: a local Telegram with people who write numbered messages, a database, bots in this process or in their own, and the checker's evidence. */
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { type App, createApp } from '@hello/core'
import { createTestDatabase } from '@hello/core/testing'
import { type Chat, type Clock, createWorld, type Person, startServer } from '@hello/testing'
import pg from 'pg'
import { type Note, numberedBot } from '../bot/numbered-bot.js'
import { type BotProcess, forkBot } from './bot-process.js'
import { type CallLog, keepCalls } from './call-log.js'
import { type Issued, judge, type Verdict } from './judge.js'
import type { RowRun } from './row.js'

/** What a row may choose. */
export interface LabOptions {
  /** @default 'polling' */
  readonly intake?: 'polling' | 'webhook'
  /** How many people write. @default 12 */
  readonly people?: number
  readonly clock?: Clock
  /** Whether the local Telegram keeps to the limits of the Bot FAQ. @default false */
  readonly hasRateLimits?: boolean
  /** The server for the database. @default the one of the run */
  readonly serverUrl?: string
  /** Further variables of every bot of the lab. */
  readonly env?: Readonly<Record<string, string>>
}

/** A bot in this process. */
export interface BotHere {
  readonly app: App
  /** What code that nobody awaits has met. */
  readonly notes: readonly string[]
  readonly log: string
}

const secret = 'the-webhook-secret-of-the-faults'
const password = 'the-database-password-of-the-faults'

/** Opens one; it is closed at the end of the row. */
export async function openLab(run: RowRun, options: LabOptions = {}): Promise<Lab> {
  const { intake = 'polling', people: peopleCount = 12, clock, hasRateLimits = false } = options
  const world = createWorld({ hasRateLimits, ...(clock && { clock }) })
  const bot = world.createBot({ username: 'hello_faults_bot', canReadAllGroupMessages: true })
  const server = await startServer(world, { defaults: { bot } })
  run.onEnd(async () => {
    await server.stop()
    world.close()
  })
  const database = await createTestDatabase({ serverUrl: options.serverUrl ?? run.postgresUrl })
  run.onEnd(() => database.drop().catch(() => undefined))
  const people = Array.from({ length: peopleCount }, (_, index) =>
    world.createPerson({ firstName: `Person ${index}` }),
  )
  for (const text of [bot.token, bot.token.slice(bot.token.indexOf(':') + 1), secret, password])
    run.addSecret(text)
  return new Lab(run, {
    world,
    bot,
    server,
    people,
    intake,
    databaseUrl: withPassword(database.url),
    more: options.env,
  })
}

interface Surroundings {
  readonly world: ReturnType<typeof createWorld>
  readonly bot: ReturnType<ReturnType<typeof createWorld>['createBot']>
  readonly server: Awaited<ReturnType<typeof startServer>>
  readonly people: readonly Person[]
  readonly intake: 'polling' | 'webhook'
  readonly databaseUrl: string
  readonly more: Readonly<Record<string, string>> | undefined
}

/** See the file's purpose. */
export class Lab {
  readonly world: Surroundings['world']
  readonly bot: Surroundings['bot']
  readonly server: Surroundings['server']
  readonly people: readonly Person[]
  /** Straight to the server, whatever proxy the bot goes through. */
  readonly databaseUrl: string
  readonly secret = secret
  /** All that were said, in their order. */
  readonly issued: Issued[] = []
  /** Every call of the Bot API that the world has carried out or refused. */
  readonly calls: CallLog
  readonly #run: RowRun
  readonly #intake: 'polling' | 'webhook'
  readonly #more: Readonly<Record<string, string>>
  readonly #client: pg.Pool
  readonly #seqs = new Map<number, number>()
  #next = 0

  constructor(run: RowRun, { world, bot, server, people, intake, databaseUrl, more = {} }: Surroundings) {
    this.world = world
    this.bot = bot
    this.server = server
    this.people = people
    this.databaseUrl = databaseUrl
    this.calls = keepCalls(world)
    this.#run = run
    this.#intake = intake
    this.#more = more
    this.#client = new pg.Pool({ connectionString: databaseUrl, max: 2 })
    this.#client.on('error', () => undefined)
    run.onEnd(() => this.#client.end())
  }

  /** The variables of a bot of this lab; ports are free ones. Its health is asked by `readiness` where `change` has a port for it. */
  async env(change: NodeJS.ProcessEnv = {}): Promise<NodeJS.ProcessEnv> {
    const port = await freePort()
    return {
      ENVIRONMENT: 'test',
      BOT_TOKEN: this.bot.token,
      DATABASE_URL: this.databaseUrl,
      TELEGRAM_API_ROOT: this.server.apiRoot,
      HEALTH_PORT: 'off',
      PORT: String(port),
      LOG_LEVEL: 'info',
      ...(this.#intake === 'webhook' && {
        WEBHOOK_URL: `http://127.0.0.1:${port}/webhook`,
        WEBHOOK_SECRET: secret,
      }),
      ...this.#more,
      ...change,
    }
  }

  /** Starts the bot as a process, and does not wait for it. */
  async fork(change: NodeJS.ProcessEnv = {}): Promise<BotProcess> {
    // Set anew by the bot, it delivers at once: Telegram has counted the failures of the dead one, and would wait longer each time.
    if (this.#intake === 'webhook') await this.world.call(this.bot, 'deleteWebhook')
    return forkBot(this.#run, await this.env(change))
  }

  /** Starts the bot in this process; it is stopped at the end of the row. */
  async start(change: NodeJS.ProcessEnv = {}, onFatal?: (error: Error) => void): Promise<BotHere> {
    const notes: string[] = []
    const lines: string[] = []
    const note: Note = (text) => void notes.push(text)
    const app: App = createApp({ plugins: [numberedBot(note)()] })
    this.#run.onEnd(() => app.stop().catch(() => undefined))
    const write = (line: string) => {
      lines.push(line)
      this.#run.keepOutput(line)
    }
    const env = await this.env(change)
    await app.start({ env, logDestination: { write }, ...(onFatal && { onFatal }) })
    return {
      app,
      notes,
      get log() {
        return lines.join('')
      },
    }
  }

  /** People write `count` messages, one after the other in turn. `verb` says what the handler does. Gives the updates. */
  say(count: number, verb = ''): Issued[] {
    return Array.from({ length: count }, () =>
      this.sayAs(this.people[this.#next++ % this.people.length] as Person, verb),
    )
  }

  /** One message of one person, in the private chat or in a group. */
  sayAs(person: Person, verb = '', group?: Chat): Issued {
    const chat = group?.id ?? person.id
    const seq = this.#nextSeq(chat)
    person.sends(verb === '' ? String(seq) : `${seq} ${verb}`, { ...(group && { in: group }) })
    return this.note({ updateId: this.bot.updates.lastId, chat, seq })
  }

  /** Puts a message of this text into the bot's queue as it is, with further fields; for what no person can write. */
  deliverAs(person: Person, verb: string, extra: object = {}): Issued {
    const seq = this.#nextSeq(person.id)
    const updateId = this.bot.updates.takeId()
    this.world.deliver(this.bot, messageUpdate({ updateId, person, text: `${seq} ${verb}`, extra }))
    return this.note({ updateId, chat: person.id, seq })
  }

  /** Counts an update that came some other way. */
  note(issued: Issued): Issued {
    this.issued.push(issued)
    return issued
  }

  /**
   * Until every update has left Telegram, is settled, and every answer is sent. However much there is to do and however
   * busy the machine: it is given up only where nothing has moved for `stillMs`. @throws Error then
   */
  async untilQuiet(stillMs = 60_000): Promise<void> {
    let before = ''
    let movedAtMs = performance.now()
    for (;;) {
      // In this order: an update that leaves Telegram between the two stands in the inbox by then.
      const pending = this.bot.updates.pending().length
      const open = await this.openRows()
      if (pending === 0 && open === 0) return
      const now = `${pending} ${open} ${this.calls.all.length}`
      if (now !== before) movedAtMs = performance.now()
      else if (performance.now() - movedAtMs > stillMs)
        throw new Error(
          `Nothing has moved for ${stillMs} ms: ${pending} updates at Telegram, ${open} open rows.`,
        )
      before = now
      await delay(25)
    }
  }

  /** People go on writing, each `everyMs`, while no more than `most` updates are open: a slow machine gets no backlog. Gives what ends it. */
  keepSaying(
    count: number,
    { verb, everyMs, most }: { verb: string; everyMs: number; most: number },
  ): () => void {
    const timer = setInterval(() => {
      if (this.issued.length - this.calls.sent <= most - count) this.say(count, verb)
    }, everyMs)
    const end = () => clearInterval(timer)
    this.#run.onEnd(end)
    return end
  }

  /** Resolves when a handler has written a row that is not there now, with how long that took in milliseconds. @throws Error after a minute */
  async untilSomethingIsDone(): Promise<number> {
    const startedAtMs = performance.now()
    const [row] = await this.query<{ last: string }>('SELECT coalesce(max(id), 0) AS last FROM effects')
    const isMore = async () =>
      (await this.query('SELECT FROM effects WHERE id > $1 LIMIT 1', [row?.last])).length > 0
    await until(isMore, { what: 'something was done again', withinMs: 60_000 })
    return performance.now() - startedAtMs
  }

  /** How many rows of inbox and outbox are not closed; 0 where there are no tables yet. */
  async openRows(): Promise<number> {
    if (!(await this.#hasInbox())) return 0
    const [row] = await this.query<{ open: string }>(
      `SELECT (SELECT count(*) FROM hello_inbox WHERE settled_at IS NULL)
        + (SELECT count(*) FROM hello_outbox WHERE closed_at IS NULL) AS open`,
    )
    return Number(row?.open)
  }

  /** What became of everything that was said. */
  async judge(): Promise<Verdict> {
    const effects = await this.query<{ update_id: string; chat: string; seq: number }>(
      'SELECT update_id, chat, seq FROM effects ORDER BY id',
    )
    const halves = await this.query<{ update_id: string }>('SELECT update_id FROM halves')
    return judge({
      issued: this.issued,
      effects: effects.map(({ update_id, chat, seq }) => ({
        updateId: Number(update_id),
        chat: Number(chat),
        seq,
      })),
      halves: halves.map(({ update_id }) => Number(update_id)),
      failed: (await this.failures()).map(({ updateId }) => updateId),
      replies: new Map(this.people.map((person) => [person.id, repliesTo(person)])),
    })
  }

  /** The updates that are recorded as failed; none where there is no inbox. */
  async failures(): Promise<{ updateId: number; plugin: string | null; error: string }[]> {
    if (!(await this.#hasInbox())) return []
    const rows = await this.query<{ update_id: string; plugin: string | null; error: string }>(
      `SELECT update_id, plugin, error FROM hello_inbox WHERE outcome = 'failed' ORDER BY seq`,
    )
    return rows.map(({ update_id, ...rest }) => ({ updateId: Number(update_id), ...rest }))
  }

  /** Runs a statement, past any proxy. */
  async query<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.#client.query<Row>(text, values)).rows
  }

  #nextSeq(chat: number): number {
    const seq = (this.#seqs.get(chat) ?? 0) + 1
    this.#seqs.set(chat, seq)
    return seq
  }

  async #hasInbox(): Promise<boolean> {
    const [table] = await this.query<{ inbox: string | null }>(`SELECT to_regclass('hello_inbox') AS inbox`)
    return table?.inbox !== null
  }
}

/** A message as Telegram would deliver it. */
export function messageUpdate(message: {
  readonly updateId: number
  readonly person: Person
  readonly text: string
  readonly extra?: object
}): object {
  const { updateId, person, text, extra = {} } = message
  const from = { id: person.id, is_bot: false, first_name: person.name }
  const chat = { id: person.id, type: 'private', first_name: person.name }
  return {
    update_id: updateId,
    message: { message_id: updateId, date: 1_700_000_000, chat, from, text, ...extra },
  }
}

/** Resolves when `condition` holds. @throws Error after `withinMs` */
export async function until(
  condition: () => boolean | Promise<boolean>,
  { what, withinMs = 30_000, everyMs = 5 }: { what: string; withinMs?: number; everyMs?: number },
): Promise<void> {
  const deadlineMs = performance.now() + withinMs
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error(`Waited ${withinMs} ms in vain until ${what}.`)
    await delay(everyMs)
  }
}

/** What the readiness check of the bot with these variables says: `200`, or `503` and the checks that fail; `none` where nobody answers. */
export async function readiness({ HEALTH_PORT: port }: NodeJS.ProcessEnv): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined)
  if (response === undefined) return 'none'
  const { checks } = (await response.json()) as { checks: Record<string, { status: string }> }
  const failed = Object.entries(checks).flatMap(([name, { status }]) => (status === 'ok' ? [] : [name]))
  return [response.status, ...failed].join(' ')
}

/** A port that nobody has now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

function repliesTo(person: Person): number[] {
  return person.transcript().flatMap(({ isBot, text }) => {
    const seq = isBot ? /^saved (\d+)$/.exec(text)?.[1] : undefined
    return seq === undefined ? [] : [Number(seq)]
  })
}

/** With a password, where the server asks for none: it is then looked for in what bots write. Connections have the names that bots give them. */
function withPassword(url: string): string {
  const own = new URL(url)
  own.searchParams.delete('application_name')
  if (own.password === '') own.password = password
  return own.href
}
