/** Puts what the inspector was told together: each update with all that was done for it. Pure but for its own lists. */
import type { InspectedEvent } from '../stream-events.js'

type Of<T extends InspectedEvent['type']> = Extract<InspectedEvent, { type: T }>

/** An update and what was done for it. */
export interface UpdateRecord {
  readonly type: 'record'
  readonly seq: number
  readonly atMs: number
  readonly updateId: number
  kind: string
  chatId?: number
  fromId?: number
  queryId?: string
  raw?: unknown
  /** How often it was sent to the bot. */
  copies: number
  /** True once the bot's process has said that it is at it. */
  isStarted?: boolean
  /** The last one that took it. */
  handler?: Of<'handler'>
  /** Statements and calls, in order. */
  readonly steps: (Of<'sql'> | Of<'call'>)[]
  settled?: Of<'settled'>
}

/** A line of the inspector. */
export type InspectorItem = UpdateRecord | Of<'call'> | Of<'sql'> | Of<'note'>

const keptItems = 300
/** A call to a chat so long after its last update was settled belongs to something else, such as a job. */
const sameWorkMs = 5_000

/** The lines, oldest first. */
export class InspectorModel {
  items: InspectorItem[] = []
  readonly #records = new Map<number, UpdateRecord>()

  /** Begins anew. */
  fill(events: readonly InspectedEvent[]): void {
    this.items = []
    this.#records.clear()
    for (const event of events) this.add(event)
  }

  /** Takes in one more event. */
  add(event: InspectedEvent): void {
    if (event.type === 'update') this.#addUpdate(event)
    else if (event.type === 'call') (this.#workOf(event)?.steps ?? this.items).push(event)
    else if (event.type === 'note') this.items.push(event)
    else if (event.type === 'sql' && event.updateId === undefined) this.items.push(event)
    else this.#addTo(this.#record(event.updateId as number, event), event)
    while (this.items.length > keptItems) {
      const [gone] = this.items.splice(0, 1)
      if (gone?.type === 'record') this.#records.delete(gone.updateId)
    }
  }

  #addUpdate(event: Of<'update'>): void {
    const { updateId, kind, raw } = event
    const record = this.#record(updateId, event)
    record.copies += 1
    record.kind = kind
    record.raw = raw
    if (event.chatId !== undefined) record.chatId = event.chatId
    if (event.fromId !== undefined) record.fromId = event.fromId
    if (event.queryId !== undefined) record.queryId = event.queryId
  }

  #addTo(record: UpdateRecord, event: Of<'started'> | Of<'handler'> | Of<'sql'> | Of<'settled'>): void {
    if (event.type === 'started') record.isStarted = true
    else if (event.type === 'handler') record.handler = event
    else if (event.type === 'sql') record.steps.push(event)
    else if (event.type === 'settled' && event.outcome !== 'duplicate') record.settled = event
  }

  #record(updateId: number, { seq, atMs }: InspectedEvent): UpdateRecord {
    const known = this.#records.get(updateId)
    if (known) return known
    const record: UpdateRecord = { type: 'record', seq, atMs, updateId, kind: 'update', copies: 0, steps: [] }
    this.#records.set(updateId, record)
    this.items.push(record)
    return record
  }

  /** A call does not say which update it answers: it is the one with its query, or the last one of its chat. */
  #workOf({ queryId, chatId, atMs }: Of<'call'>): UpdateRecord | undefined {
    return this.items.findLast((item): item is UpdateRecord => {
      if (item.type !== 'record') return false
      if (queryId !== undefined) return item.queryId === queryId
      const isOver = item.settled !== undefined && atMs - item.settled.atMs > sameWorkMs
      return chatId !== undefined && item.chatId === chatId && !isOver
    })
  }
}
