/** Two instances on one inbox, with the statements of both and their handlers in any order, each second update committed in a group: each has one effect, and chats keep theirs. */
import fc from 'fast-check'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { AppendedRows, defineAppender } from '../../src/database/appender.js'
import type { Database } from '../../src/database/database.js'
import type { RawConnection, RawQuery, RawResult } from '../../src/database/sequelize-internals.js'
import { statement } from '../../src/database/sql.js'
import { keepLog, openCoreTables } from '../../src/updates/core-tables.fixture.js'
import { GroupCommit } from '../../src/updates/group-commit.js'
import { Inbox, type InboxRow } from '../../src/updates/inbox.js'
import { UpdateEngine } from '../../src/updates/update-engine.js'
import type { UpdateHandler } from '../../src/updates/update-handler.js'
import { openDatabase } from '../support/unit-database.js'
import { runs } from './seed.js'

/** What happens, in this order, while everything else goes on: updates come in at one of the two, the lead changes hands or is had again, or the leader is called. */
type Happening =
  | { readonly at: 0 | 1; readonly chats: readonly number[] }
  | 'change the lead'
  | 'lead again'
  | 'call the leader'

const happenings = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        at: fc.constantFrom(0 as const, 1 as const),
        chats: fc.array(fc.nat(2), { minLength: 1, maxLength: 5 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        'change the lead' as const,
        'lead again' as const,
        'call the leader' as const,
      ),
    },
  ),
  { maxLength: 12 },
)

test('each update has one effect and every chat its order, whoever took it in and whoever leads', async () => {
  const tables = await openCoreTables()
  const pool = new pg.Pool({ connectionString: tables.url, max: 8 })
  const database = openDatabase(tables.url, { models: [] })
  onTestFinished(async () => {
    await pool.end()
    await database.close()
  })
  await pool.query(
    'CREATE TABLE effects (id bigint GENERATED ALWAYS AS IDENTITY, bot bigint, update_id bigint, lane text)',
  )
  let botId = 0
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), happenings, async (scheduler, planned) => {
      botId += 1
      const { issued, engines } = await play({ scheduler, planned, pool, database, botId })
      await Promise.all(engines.map((engine) => engine.stop()))
      const { rows } = await pool.query<{ update_id: string; lane: string }>(
        'SELECT update_id, lane FROM effects WHERE bot = $1 ORDER BY id',
        [botId],
      )
      const done = rows.map(({ update_id }) => Number(update_id))
      expect(done.toSorted((a, b) => a - b)).toEqual(issued.map(({ id }) => id))
      for (const chat of [0, 1, 2]) {
        const ofChat = rows
          .filter(({ lane }) => lane === `chat:${chat}`)
          .map(({ update_id }) => Number(update_id))
        expect(ofChat).toEqual(issued.filter((one) => one.chat === chat).map(({ id }) => id))
      }
    }),
    runs(60),
  )
})

interface Play {
  readonly scheduler: fc.Scheduler
  readonly planned: readonly Happening[]
  readonly pool: pg.Pool
  readonly database: Database
  readonly botId: number
}

async function play({ scheduler, planned, pool, database, botId }: Play) {
  const { logger } = keepLog()
  const create = (name: string) => {
    const query = async (statement: RawQuery) => {
      await scheduler.schedule(Promise.resolve(), `${name} ${statement.name}`)
      return (await pool.query(statement as pg.QueryConfig)) as RawResult
    }
    const inbox = new Inbox(query, botId, logger)
    const groups = new GroupCommit({ run: later(database, scheduler, name) }, inbox)
    const handle = async (row: InboxRow, signal: AbortSignal) => {
      if (row.update.update_id % 2 === 1) return handleOnce({ scheduler, pool, botId }, inbox, row, signal)
      await scheduler.schedule(Promise.resolve(), `handle ${row.seq}`)
      if (!signal.aborted) await groups.add(writesOf(row, botId))
    }
    return new UpdateEngine({
      inbox,
      handler: { handle } as unknown as UpdateHandler,
      botId,
      updatesInFlight: 3,
      logger,
      sweepMs: 5,
      pageSize: 4,
    })
  }
  const engines = [create('first'), create('second')] as const
  const issued: { id: number; chat: number }[] = []
  let leader = 0
  const act = async () => {
    let leading = engines[0].lead()
    for (const happening of planned) {
      if (happening === 'call the leader') {
        engines[leader as 0 | 1].wake('new')
        continue
      }
      if (typeof happening === 'string') {
        // As the advisory lock does it: the next one leads when the other has let go, which may be in its recovery.
        engines[leader as 0 | 1].follow()
        await leading
        if (happening === 'change the lead') leader = 1 - leader
        leading = engines[leader as 0 | 1].lead()
        continue
      }
      const updates = happening.chats.map((chat) => {
        issued.push({ id: issued.length + 1, chat })
        return { update_id: issued.length, message: { chat: { id: chat } } }
      })
      await engines[happening.at].accept(updates)
    }
    await leading
    // Until the leader has found what the other took in.
    for (;;) {
      const { rows } = await pool.query('SELECT FROM hello_inbox WHERE bot_id = $1 AND settled_at IS NULL', [
        botId,
      ])
      if (rows.length === 0) return
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
  await scheduler.waitFor(act())
  return { issued, engines }
}

const effects = defineAppender<readonly [botId: number, updateId: number, lane: string]>(
  (rows) => statement`
    INSERT INTO effects (bot, update_id, lane)
    SELECT * FROM unnest(${rows.map(([botId]) => botId)}::bigint[], ${rows.map(([, id]) => id)}::bigint[],
      ${rows.map(([, , lane]) => lane)}::text[])`,
)

/** What an update leaves to write whose handler makes no query. */
function writesOf({ seq, update, lane }: InboxRow, botId: number) {
  const appended = new AppendedRows()
  appended.add(effects, [botId, update.update_id, lane])
  return { seq, outgoing: [], appended, traced: { botId, updateId: update.update_id } }
}

/** Units of an instance, which begin when the scheduler has it so. */
function later(database: Database, scheduler: fc.Scheduler, name: string): Database['run'] {
  return async (options, work) => {
    await scheduler.schedule(Promise.resolve(), `${name} commits a group`)
    return database.run(options, work)
  }
}

/** As a unit of work does it: the row is taken and settled in the transaction of the effect. */
async function handleOnce(
  { scheduler, pool, botId }: Omit<Play, 'planned' | 'database'>,
  inbox: Inbox,
  row: InboxRow,
  signal: AbortSignal,
): Promise<void> {
  await scheduler.schedule(Promise.resolve(), `begin ${row.seq}`)
  if (signal.aborted) return
  const claim = inbox.claim(row, () => ({ error: 'never' }))
  const client = await pool.connect()
  const connection = client as unknown as RawConnection
  try {
    await client.query('BEGIN')
    if (await claim.take?.(connection)) {
      const values = [botId, row.update.update_id, row.lane]
      await client.query('INSERT INTO effects (bot, update_id, lane) VALUES ($1, $2, $3)', values)
      await scheduler.schedule(Promise.resolve(), `commit ${row.seq}`)
      await claim.settle(connection, [])
    }
    await client.query('COMMIT')
  } finally {
    client.release()
  }
}
