/** An inbox that writes nothing: the bundle of `hello-without-inbox` has it in place of core's, to show what the inbox costs. A kill loses what it holds. */
import { Inbox, type InboxRow } from '../../packages/core/src/updates/inbox.js'
import { storeOutgoing } from '../../packages/core/src/updates/outbox-table.js'
import { laneOf, type RawUpdate } from '../../packages/core/src/updates/update-facts.js'

/** See the file's purpose. It numbers what it is given, so that lanes and engine work as ever. */
class MemoryInbox extends Inbox {
  readonly #botId: number
  #lastSeq = 0

  constructor(...given: ConstructorParameters<typeof Inbox>) {
    super(...given)
    this.#botId = given[1]
  }

  override async write(updates: readonly unknown[]): Promise<InboxRow[]> {
    return (updates as readonly RawUpdate[]).map((update) => this.#rowOf(update))
  }

  override async add(update: RawUpdate): Promise<InboxRow> {
    return this.#rowOf(update)
  }

  override async unsettled(): Promise<string[]> {
    return []
  }

  override claim(): ReturnType<Inbox['claim']> {
    return {
      take: async () => true,
      settle: async (connection, outgoing) =>
        outgoing.length === 0 ? [] : storeOutgoing(connection, this.#botId, outgoing),
      fail: async () => undefined,
    }
  }

  override claimAll(): ReturnType<Inbox['claimAll']> {
    const { take, settle } = this.claim()
    return { take, settle }
  }

  #rowOf(update: RawUpdate): InboxRow {
    return { seq: String(++this.#lastSeq), lane: laneOf(update), update }
  }
}

export { MemoryInbox as Inbox }
