/** What ends in groups, at two instances and with connections that are lost, in any order: of each update all is kept once, or nothing where the server refuses it. */
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { AppendedRows, defineAppender } from '../../src/database/appender.js'
import type { Database } from '../../src/database/database.js'
import { isInfrastructureFailure } from '../../src/database/failure.js'
import { statement } from '../../src/database/sql.js'
import { keepLog, lostConnection, openCoreTables } from '../../src/updates/core-tables.fixture.js'
import { GroupCommit, type GroupEnd } from '../../src/updates/group-commit.js'
import { Inbox } from '../../src/updates/inbox.js'
import { storeOutgoing } from '../../src/updates/outbox-table.js'
import { openDatabase } from '../support/unit-database.js'
import { runs } from './seed.js'

/** An update as its handler left it, and who handled it: a leader that was stopped and wakes up handles what its successor has. */
interface Ending {
  readonly chat: number
  readonly messages: number
  readonly isRefused: boolean
  readonly by: 'first' | 'second' | 'both'
}

/** What happens to a transaction on its way: nothing, or its connection is lost before it or behind its COMMIT. */
type Fault = 'none' | 'lost before' | 'lost behind'

const endings = fc.array(
  fc.record<Ending>({
    chat: fc.nat(3),
    messages: fc.nat(2),
    isRefused: fc.constantFrom(false, false, false, true),
    by: fc.constantFrom('first', 'first', 'second', 'both'),
  }),
  { maxLength: 12 },
)
const faults = fc.array(fc.constantFrom<Fault>('none', 'none', 'lost before', 'lost behind'), {
  maxLength: 8,
})

interface EffectRow {
  readonly botId: number
  readonly updateId: number
  readonly chat: number
}

// A refused one divides by zero, as the statement does by which a group finds that it has a duplicate.
const effects = defineAppender<EffectRow & { readonly isRefused: boolean }>(
  (rows) => statement`
    INSERT INTO effects (bot, update_id, chat, one)
    SELECT bot, update_id, chat, 1 / divisor FROM unnest(${rows.map(({ botId }) => botId)}::bigint[],
      ${rows.map(({ updateId }) => updateId)}::bigint[], ${rows.map(({ chat }) => chat)}::bigint[],
      ${rows.map(({ isRefused }) => (isRefused ? 0 : 1))}::int[]) AS row (bot, update_id, chat, divisor)`,
)

test('of each update all is kept once, or nothing, whoever ends it beside whom and whatever is lost', async () => {
  const tables = await openCoreTables()
  await tables.query({
    text: 'CREATE TABLE effects (id bigint GENERATED ALWAYS AS IDENTITY, bot bigint, update_id bigint, chat bigint, one int)',
  })
  let botId = 0
  const database = openDatabase(tables.url, {
    models: [],
    storeOutgoing: (connection, outgoing) => storeOutgoing(connection, botId, outgoing),
  })
  onTestFinished(() => database.close())
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), endings, faults, async (scheduler, planned, plannedFaults) => {
      botId += 1
      const inbox = new Inbox(tables.query, botId, keepLog().logger)
      const rows = await inbox.write(
        planned.map(({ chat }, index) => ({ update_id: index + 1, message: { chat: { id: chat } } })),
      )
      const left = [...plannedFaults]
      const groups = {
        first: new GroupCommit(unreliable(database, scheduler, left), inbox),
        second: new GroupCommit(unreliable(database, scheduler, left), inbox),
      }
      const ends: { updateId: number; end: GroupEnd | 'refused' }[] = []
      const end = async (who: 'first' | 'second', index: number) => {
        const { chat, messages, isRefused } = planned[index] as Ending
        const updateId = index + 1
        await scheduler.schedule(Promise.resolve(), `${who} has handled ${updateId}`)
        const appended = new AppendedRows()
        appended.add(effects, { botId, updateId, chat, isRefused })
        const outgoing = Array.from({ length: messages }, (_, place) => ({
          chatId: chat,
          method: 'sendMessage',
          payload: { chat_id: chat, text: `${updateId}.${place}` },
        }))
        const { seq } = rows[index] as { seq: string }
        ends.push({
          updateId,
          end: await untilTaken(groups[who], { seq, outgoing, appended, traced: { botId, updateId } }),
        })
      }
      // Each instance handles the updates of a chat one after the other.
      const laneOf = async (who: 'first' | 'second', lane: number) => {
        for (const [index, { chat, by }] of planned.entries())
          if (chat === lane && (by === who || by === 'both')) await end(who, index)
      }
      const lanes = [0, 1, 2, 3].flatMap((lane) => [laneOf('first', lane), laneOf('second', lane)])
      await scheduler.waitFor(Promise.all(lanes))

      const wanted = planned.flatMap(({ isRefused }, index) => (isRefused ? [] : [index + 1]))
      const found = await tables.rows(
        `SELECT update_id::int AS id, chat::int FROM effects WHERE bot = ${botId} ORDER BY id`,
      )
      expect(found.map(({ id }) => Number(id)).toSorted((a, b) => a - b)).toEqual(wanted)
      const settled = await tables.rows(
        `SELECT update_id::int AS id FROM hello_inbox WHERE bot_id = ${botId} AND outcome = 'done' ORDER BY seq`,
      )
      expect(settled.map(({ id }) => id)).toEqual(wanted)
      const stored = await tables.rows(
        `SELECT id::text, payload->>'text' AS text FROM hello_outbox WHERE bot_id = ${botId} ORDER BY hello_outbox.id`,
      )
      const messagesOf = (id: number) =>
        Array.from({ length: planned[id - 1]?.messages ?? 0 }, (_, place) => `${id}.${place}`)
      expect(stored.map(({ text }) => text).toSorted()).toEqual(wanted.flatMap(messagesOf).toSorted())
      for (const { updateId, end } of ends) {
        expect(end === 'refused').toBe(planned[updateId - 1]?.isRefused)
        if (end === 'refused' || end.outcome === 'duplicate') continue
        // Who is told that it is committed is given its own messages, as they stand in the table.
        expect(end.stored.map(({ payload }) => payload.text)).toEqual(messagesOf(updateId))
        const ids = stored
          .filter(({ text }) => messagesOf(updateId).includes(String(text)))
          .map(({ id }) => id)
        expect(end.stored.map(({ id }) => id)).toEqual(ids)
      }
      const committed = ends.flatMap(({ updateId, end }) =>
        end !== 'refused' && end.outcome === 'committed' ? [updateId] : [],
      )
      expect(new Set(committed).size).toBe(committed.length)
    }),
    runs(150),
  )
})

/** Adds until the database has taken or refused it, as the handler of an update does. */
async function untilTaken(
  group: GroupCommit,
  writes: Parameters<GroupCommit['add']>[0],
): Promise<GroupEnd | 'refused'> {
  for (;;) {
    try {
      return await group.add(writes)
    } catch (error) {
      if (!isInfrastructureFailure(error)) return 'refused'
    }
  }
}

/** The database by a way on which connections are lost as planned; transactions begin in any order. */
function unreliable(database: Database, scheduler: fc.Scheduler, left: Fault[]): Pick<Database, 'run'> {
  return {
    async run(options, work) {
      const fault = left.shift() ?? 'none'
      await scheduler.schedule(Promise.resolve(), `commit, ${fault}`)
      if (fault === 'lost before') throw lostConnection()
      const ended = await database.run(options, work)
      if (fault !== 'lost behind' || ended.end.outcome !== 'committed') return ended
      return { ...ended, end: { outcome: 'unknown', error: lostConnection() } }
    },
  }
}
