/** Reads by key: what several updates look for in the same moment is read in one statement. */
import { Batch } from '../batch.js'
import { isInfrastructureFailure } from './failure.js'
import type { Statement } from './sql.js'
import { transactionControl } from './transaction-control.js'

/** Reads rows of one kind by their keys; see {@link defineLoader}. */
export interface Loader<Key extends string | number, Row extends object> {
  /** @internal */
  readonly select: (keys: readonly Key[]) => Statement
  /** @internal */
  readonly keyOf: (row: Row) => Key
}

/**
 * Defines how rows are read by their key, for what every update asks: who is it, is this on? `session.load` then reads
 * what several updates look for in one statement. It gives what is committed; in a unit of work that has made a query or
 * has rows to append, it reads in the unit's transaction, so that it sees what the unit itself has written.
 *
 * @param options `select` makes the statement that reads the rows of 1 or more keys, none of them twice; it may only
 * read. `keyOf` gives the key of a row, of the same type and form as the key that was asked for (PostgreSQL's bigint
 * comes as text).
 * @example
 * ```ts
 * const byCode = defineLoader<string, { code: string; text: string }>({
 *   select: (codes) => statement`SELECT code, text FROM greetings WHERE code = ANY(${codes}::text[])`,
 *   keyOf: ({ code }) => code,
 * })
 * // in a handler
 * const greeting = await session.load(byCode, 'en')
 * ```
 */
export function defineLoader<Key extends string | number, Row extends object>(options: {
  select(keys: readonly Key[]): Statement
  keyOf(row: Row): Key
}): Loader<Key, Row> {
  return { select: options.select, keyOf: options.keyOf }
}

/** Runs a statement that only reads, outside of any transaction. */
type Read = (statement: Statement) => Promise<readonly object[]>

type AnyLoader = Loader<string | number, object>

/** The statement that reads these keys. @throws what the loader throws; UnitError UNIT_TX_CONTROL. */
export function selectOf<Key extends string | number, Row extends object>(
  loader: Loader<Key, Row>,
  keys: readonly Key[],
): Statement {
  const statement = loader.select(keys)
  if (statement.control !== undefined) throw transactionControl(statement.control)
  return statement
}

/** The most keys of one statement. */
const mostKeys = 500

/** Gathers what is asked for outside of any transaction. One for each database. */
export class Loads {
  readonly #read: Read
  readonly #batches = new WeakMap<object, Batch<string | number, object | undefined>>()

  constructor(read: Read) {
    this.#read = read
  }

  /** The row with this key, read together with what else is asked for now. @throws what the server says, of a key that is at fault to its own caller alone. */
  load<Key extends string | number, Row extends object>(
    loader: Loader<Key, Row>,
    key: Key,
  ): Promise<Row | undefined> {
    let batch = this.#batches.get(loader)
    if (batch === undefined) {
      const known = loader as unknown as AnyLoader
      const divides = (error: unknown) => !isInfrastructureFailure(error)
      batch = new Batch((keys) => this.#readAll(known, keys), { max: mostKeys, divides })
      this.#batches.set(loader, batch)
    }
    return batch.add(key) as Promise<Row | undefined>
  }

  async #readAll(loader: AnyLoader, keys: readonly (string | number)[]): Promise<(object | undefined)[]> {
    const wanted = new Set(keys)
    const rows = await this.#read(selectOf(loader, [...wanted]))
    const byKey = new Map(rows.map((row) => [loader.keyOf(row), row]))
    return keys.map((key) => {
      const row = byKey.get(key)
      // Whoever changes their row must not change that of another update.
      return row === undefined || wanted.delete(key) ? row : { ...row }
    })
  }
}
