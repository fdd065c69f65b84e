/** The inbox on a real database against a model of it: a list of updates that are open, done or failed. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keepLog, openCoreTables } from '../../src/updates/core-tables.fixture.js'
import { Inbox, type InboxRow } from '../../src/updates/inbox.js'
import { runs } from './seed.js'

/** What should stand in the inbox, in the order of arrival. */
interface Model {
  readonly rows: { readonly id: number; isOpen: boolean }[]
}

interface Real {
  readonly inbox: Inbox
  settle(row: InboxRow): Promise<void>
  /** By update id, as `write` and `add` gave them. */
  readonly rows: Map<number, InboxRow>
}

type Command = fc.AsyncCommand<Model, Real>

const updateOf = (update_id: number) => ({
  update_id,
  message: { chat: { id: update_id % 3 }, text: `${update_id}` },
})

function take(model: Model, real: Real, ids: readonly number[], rows: readonly InboxRow[]): void {
  const fresh = [...new Set(ids)].filter((id) => !model.rows.some((row) => row.id === id))
  expect(rows.map(({ update }) => update.update_id)).toEqual(fresh)
  model.rows.push(...fresh.map((id) => ({ id, isOpen: true })))
  for (const row of rows) real.rows.set(row.update.update_id, row)
}

class Write implements Command {
  constructor(readonly ids: readonly number[]) {}
  check = () => true
  async run(model: Model, real: Real): Promise<void> {
    take(model, real, this.ids, await real.inbox.write(this.ids.map(updateOf)))
  }
  toString = () => `write(${this.ids})`
}

/** Several arrive by webhook in the same moment. */
class Add implements Command {
  constructor(readonly ids: readonly number[]) {}
  check = () => true
  async run(model: Model, real: Real): Promise<void> {
    const rows = await Promise.all(this.ids.map((id) => real.inbox.add(updateOf(id))))
    take(
      model,
      real,
      this.ids,
      rows.filter((row) => row !== undefined),
    )
  }
  toString = () => `add(${this.ids})`
}

class End implements Command {
  constructor(
    readonly how: 'settle' | 'fail',
    readonly pick: number,
  ) {}
  check = (model: Readonly<Model>) => model.rows.length > 0
  async run(model: Model, real: Real): Promise<void> {
    const row = model.rows[this.pick % model.rows.length] as Model['rows'][number]
    const stored = real.rows.get(row.id) as InboxRow
    if (this.how === 'settle') await real.settle(stored)
    else await real.inbox.recordFailure(stored, { error: 'as ordered' })
    row.isOpen = false
  }
  toString = () => `${this.how}(${this.pick})`
}

/** What a new leader would take up. */
class Look implements Command {
  constructor(readonly limit: number) {}
  check = () => true
  async run(model: Model, real: Real): Promise<void> {
    const open = model.rows.filter(({ isOpen }) => isOpen).map(({ id }) => id)
    const seqs = await real.inbox.unsettled('0', this.limit)
    const rows = await real.inbox.read(seqs)
    expect(rows.map(({ update }) => update.update_id)).toEqual(open.slice(0, this.limit))
    expect(rows.map(({ update }) => update)).toEqual(open.slice(0, this.limit).map(updateOf))
  }
  toString = () => `look(${this.limit})`
}

const ids = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 8 })
const commands = fc.commands<Model, Real, false>(
  [
    ids.map((some) => new Write(some)),
    ids.map((some) => new Add(some)),
    fc
      .tuple(fc.constantFrom('settle' as const, 'fail' as const), fc.nat())
      .map(([how, pick]) => new End(how, pick)),
    fc.integer({ min: 1, max: 40 }).map((limit) => new Look(limit)),
  ],
  { maxCommands: 15 },
)

test('takes each update once, keeps the order of arrival, and gives again exactly what is open', async () => {
  const { query, settle } = await openCoreTables()
  const { logger } = keepLog()
  let botId = 0
  await fc.assert(
    fc.asyncProperty(commands, async (chosen) => {
      // An inbox of its own for each run: bots do not meet in the table.
      botId += 1
      const inbox = new Inbox(query, botId, logger)
      await fc.asyncModelRun(
        (): { model: Model; real: Real } => ({
          model: { rows: [] },
          real: { inbox, settle, rows: new Map() },
        }),
        chosen,
      )
    }),
    runs(250),
  )
})
