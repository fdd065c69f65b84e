/** An inbox that can be switched off: the bundle of `hello-without-inbox` has it in place of core's, to show what the inbox costs. While it is off it writes nothing, and a kill loses what it holds. */
import { setTimeout as delay } from 'node:timers/promises'
import { Batch } from '../../packages/core/src/batch.js'
import type { RawQuery, RawResult } from '../../packages/core/src/database/sequelize-internals.js'
import type { UnitClaim } from '../../packages/core/src/database/unit-claim.js'
import { Inbox, type InboxRow } from '../../packages/core/src/updates/inbox.js'
import { insertRows } from '../../packages/core/src/updates/inbox-table.js'
import { storeOutgoing } from '../../packages/core/src/updates/outbox-table.js'
import { laneOf, type RawUpdate } from '../../packages/core/src/updates/update-facts.js'

let isOn = true

// One process for both: two of the same code differ by more than the inbox costs.
process.on('message', ({ ask }: { ask?: string }) => {
  if (ask !== 'inboxOn' && ask !== 'inboxOff') return
  isOn = ask === 'inboxOn'
  process.send?.({ isInboxOn: isOn })
})

/** How much the last INSERT counts in the mean of them. */
const weight = 0.05
/** As core's inbox has it. */
const mostArrivals = 100

type Query = (statement: RawQuery) => Promise<RawResult>

/** See the file's purpose. Off, it waits as long as an INSERT takes, so that as many updates arrive and end together as with it. */
class SwitchedInbox extends Inbox {
  readonly #query: Query
  readonly #botId: number
  readonly #arrivals = new Batch((updates: readonly RawUpdate[]) => this.#pass(updates), {
    max: mostArrivals,
  })
  #lastSeq = 0n
  #insertMs = 1
  /** By how much the last pause was too long: timers count whole milliseconds, and are late. */
  #lateMs = 0

  constructor(...[query, botId, logger]: ConstructorParameters<typeof Inbox>) {
    super((statement) => this.#watch(statement), botId, logger)
    this.#query = query
    this.#botId = botId
  }

  override async write(updates: readonly unknown[]): Promise<InboxRow[]> {
    return isOn ? super.write(updates) : this.#pass(updates as readonly RawUpdate[])
  }

  override add(update: RawUpdate): Promise<InboxRow | undefined> {
    return isOn ? super.add(update) : this.#arrivals.add(update)
  }

  override claim(...given: Parameters<Inbox['claim']>): UnitClaim {
    if (isOn) return super.claim(...given)
    return { take: async () => true, settle: this.#store, fail: async () => undefined }
  }

  override claimAll(seqs: readonly string[]): UnitClaim {
    return isOn ? super.claimAll(seqs) : { settle: this.#store }
  }

  readonly #store: UnitClaim['settle'] = async (connection, outgoing) =>
    outgoing.length === 0 ? [] : storeOutgoing(connection, this.#botId, outgoing)

  async #watch(statement: RawQuery): Promise<RawResult> {
    if (statement.name !== insertRows.name) return this.#query(statement)
    const startedAtMs = performance.now()
    const result = await this.#query(statement)
    this.#insertMs += weight * (performance.now() - startedAtMs - this.#insertMs)
    const seq = BigInt((result.rows.at(-1)?.seq as string | undefined) ?? 0)
    if (seq > this.#lastSeq) this.#lastSeq = seq
    return result
  }

  /** Numbers them behind the last row, so that lanes and engine work as ever. */
  async #pass(updates: readonly RawUpdate[]): Promise<InboxRow[]> {
    const startedAtMs = performance.now()
    const pauseMs = this.#insertMs - this.#lateMs
    if (pauseMs >= 1) await delay(Math.floor(pauseMs))
    else await new Promise(setImmediate)
    this.#lateMs = performance.now() - startedAtMs - pauseMs
    return updates.map((update) => ({ seq: String(++this.#lastSeq), lane: laneOf(update), update }))
  }
}

export { SwitchedInbox as Inbox }
