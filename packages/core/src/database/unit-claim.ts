/** What a unit of work takes when it opens and stores when it ends: the port between the database and the inbox and outbox above it. Types alone. */
import type { StatementRunner } from './sequelize-internals.js'

/** A call of the Bot API that is stored with the transaction and made after it. */
export interface OutgoingCall {
  /** The chat whose order it keeps. */
  readonly chatId: number | string
  readonly method: string
  readonly payload: Readonly<Record<string, unknown>>
  /** Given up where nobody knows whether Telegram acted on it. @default false: made again then */
  readonly atMostOnce?: true
  /** One of many of its kind: it yields to what is not, and to Telegram's bounds. @default false */
  readonly isBulk?: true
  /** The author's own word for it, for what is told of its end. */
  readonly tag?: string
}

/** An {@link OutgoingCall} that stands in the outbox. */
export interface StoredCall extends OutgoingCall {
  /** Its number in the outbox: a bigint, as text. */
  readonly id: string
  /** Of one that is to be made at most once: it was under way when its process died. */
  readonly wasAttempted?: true
}

/** The row, or rows, that a unit takes when it opens and settles when it ends. Each sends its statement at once, before it awaits anything. */
export interface UnitClaim {
  /** Locks the row; `false` where it is settled already. Where absent, `settle` finds that out. */
  take?(connection: StatementRunner): Promise<boolean>
  /** Settles the row and stores what is to be sent, in the unit's transaction. @throws DuplicateUpdate: without `take`, it was settled already. */
  settle(connection: StatementRunner, outgoing: readonly OutgoingCall[]): Promise<StoredCall[]>
  /** Marks the row as failed, in the unit's transaction, after the handler's own writes are undone. Where absent, a failure undoes everything. */
  fail?(connection: StatementRunner, error: unknown): Promise<void>
}
