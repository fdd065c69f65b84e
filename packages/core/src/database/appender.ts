/** Rows that leave with the commit: an appender writes those of many updates in one statement, and no handler waits for it. */
import type { Statement } from './sql.js'
import { transactionControl } from './transaction-control.js'

/** Writes rows of one kind; see {@link defineAppender}. */
export interface Appender<Row> {
  /** @internal */
  readonly insert: (rows: readonly Row[]) => Statement
}

/**
 * Defines how rows are written that nobody waits for: a log of actions, events, an audit. `session.append` then costs
 * the handler nothing: the row leaves with the commit of its unit of work, in one statement with the rows of other
 * updates that end in the same moment. Where a query of the same unit follows, its rows are written before it.
 *
 * @param insert makes one statement of 1 or more rows, in their order. It must not depend on what else is in the
 * statement: rows of several updates meet there. Where the server refuses it, each update is written by itself, and the
 * one at fault fails with the server's error.
 * @example
 * ```ts
 * const actions = defineAppender<{ userId: number; action: string }>(
 *   (rows) => statement`
 *     INSERT INTO actions (user_id, action)
 *     SELECT * FROM unnest(${rows.map(({ userId }) => userId)}::integer[], ${rows.map(({ action }) => action)}::text[])`,
 * )
 * // in a handler
 * session.append(actions, { userId: user.id, action: 'pressed' })
 * ```
 */
export function defineAppender<Row>(insert: (rows: readonly Row[]) => Statement): Appender<Row> {
  return { insert }
}

/** Rows that wait for their commit, by appender. */
export class AppendedRows {
  readonly #rows = new Map<Appender<unknown>, unknown[]>()

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#rows.size === 0
  }

  /** Adds one to the end. */
  add<Row>(appender: Appender<Row>, row: Row): void {
    const rows = this.#rows.get(appender as Appender<unknown>)
    if (rows === undefined) this.#rows.set(appender as Appender<unknown>, [row])
    else rows.push(row)
  }

  /** Adds those that wait elsewhere. */
  addAll(others: AppendedRows): void {
    for (const [appender, rows] of others.#rows) for (const row of rows) this.add(appender, row)
  }

  /** Forgets them. */
  clear(): void {
    this.#rows.clear()
  }

  /** What writes them. Nothing is run. @throws what an appender throws; UnitError UNIT_TX_CONTROL. */
  statements(): Statement[] {
    return Array.from(this.#rows, ([appender, rows]) => {
      const statement = appender.insert(rows)
      if (statement.control !== undefined) throw transactionControl(statement.control)
      return statement
    })
  }
}
