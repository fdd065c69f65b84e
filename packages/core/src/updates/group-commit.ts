/** Commits what updates have left to write, many in one transaction: their rows of the inbox are settled, and what they append and send is stored, all or nothing. */
import { Batch } from '../batch.js'
import type { AppendedRows } from '../database/appender.js'
import type { Database } from '../database/database.js'
import { isInfrastructureFailure } from '../database/failure.js'
import type { OutgoingCall, StoredCall } from '../database/unit-claim.js'
import { type TracedUpdate, traceChannels } from '../trace.js'
import type { Inbox } from './inbox.js'

/** What one update has left to write. */
export interface LeftWrites {
  /** Its row of the inbox. */
  readonly seq: string
  readonly outgoing: readonly OutgoingCall[]
  readonly appended: AppendedRows
  readonly traced: TracedUpdate
}

/** What became of it: `duplicate` where its row was settled before, and nothing of it was written. */
export type GroupEnd =
  | { readonly outcome: 'committed'; readonly stored: readonly StoredCall[] }
  | { readonly outcome: 'duplicate' }

/** The most updates of one transaction. */
const mostUpdates = 200

/** Some row of a group was settled before; only one by one can it be told which. */
class DuplicateInGroup extends Error {}

/** See the file's purpose. */
export class GroupCommit {
  readonly #database: Pick<Database, 'run'>
  readonly #inbox: Pick<Inbox, 'claimAll'>
  readonly #batch: Batch<LeftWrites, GroupEnd>

  constructor(database: Pick<Database, 'run'>, inbox: Pick<Inbox, 'claimAll'>) {
    this.#database = database
    this.#inbox = inbox
    const divides = (error: unknown) => error instanceof DuplicateInGroup || !isInfrastructureFailure(error)
    this.#batch = new Batch((group) => this.#commit(group), { max: mostUpdates, divides })
  }

  /**
   * Resolves when it is committed, or was before.
   *
   * @throws what the server refuses of this update: nothing of it is kept. A fault of the infrastructure: it may be
   * committed or not, and is to be added again; `duplicate` then says that it was.
   */
  add(writes: LeftWrites): Promise<GroupEnd> {
    return this.#batch.add(writes)
  }

  async #commit(group: readonly LeftWrites[]): Promise<GroupEnd[]> {
    const claim = this.#inbox.claimAll(group.map(({ seq }) => seq))
    const startedAtMs = performance.now()
    const { end } = await this.#database.run({ claim }, async (unit) => {
      unit.open()
      for (const { outgoing, appended } of group) {
        for (const call of outgoing) unit.send(call)
        unit.appended.addAll(appended)
      }
    })
    switch (end.outcome) {
      case 'committed':
        traceWrites(group, performance.now() - startedAtMs)
        return deal(group, end.stored)
      case 'duplicate':
        if (group.length > 1) throw new DuplicateInGroup()
        return [{ outcome: 'duplicate' }]
      case 'untouched':
        return deal(group, [])
      default:
        throw end.error
    }
  }
}

/** Gives each update its own calls: they were stored in the order of the group. */
function deal(group: readonly LeftWrites[], stored: readonly StoredCall[]): GroupEnd[] {
  let from = 0
  return group.map(({ outgoing: { length } }) => {
    from += length
    return { outcome: 'committed', stored: stored.slice(from - length, from) }
  })
}

function traceWrites(group: readonly LeftWrites[], durationMs: number): void {
  if (!traceChannels.sql.hasSubscribers) return
  for (const { appended, traced } of group)
    for (const { text } of appended.statements())
      traceChannels.sql.publish({ ...traced, text, durationMs, ok: true })
}
