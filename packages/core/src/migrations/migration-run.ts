/** One execution of `up` or `down`: sends its statements one by one, keeps their checksums, and notices queries that were not awaited. */
import { compileSql } from '../database/sql.js'
import { MigrationError } from '../errors.js'
import { type MigrationChecksums, StatementHash } from './checksum.js'
import type { MigrationContext } from './migration.js'
import type { PlannedMigration } from './order.js'
import { findTransactionControl } from './transaction-control.js'

/** What a run sends its statements to: a client of the driver, or a recorder. */
export interface StatementTarget {
  /** The rows of one statement, or of each where the text holds several. */
  query(text: string, values?: unknown[]): Promise<{ rows: object[] } | { rows: object[] }[]>
}

/** A statement that Postgres refused, as an error may show it: text with `$1 …`, without values. */
export interface FailedStatement {
  readonly text: string
  readonly error: unknown
}

/** The context of one migration and what is known of its statements. */
export class MigrationRun {
  /** What the migration is given. */
  readonly context: MigrationContext
  /** The first statement that failed, even if the migration caught its error. */
  firstFailed: FailedStatement | undefined

  readonly #hash = new StatementHash()
  readonly #unsettled = new Set<{ readonly text: string }>()
  #tail: Promise<unknown> = Promise.resolve()
  #state: 'open' | 'closed' | 'settled' = 'open'
  #lateText: string | undefined
  #refused: MigrationError | undefined

  constructor(
    private readonly client: StatementTarget,
    private readonly planned: PlannedMigration,
  ) {
    this.context = Object.freeze<MigrationContext>({
      sql: (strings, ...values) => {
        // Not prepared by name: a migration changes the tables that a prepared plan was made for.
        const { text, values: parameters } = compileSql(strings, values)
        return this.#query(text, parameters)
      },
      query: (text, values) => this.#query(text, values),
    })
  }

  /**
   * To be called when `up` has resolved: refuses further queries.
   *
   * @throws MigrationError MIGRATION_NOT_AWAITED: a query was still running; it has come to its end by now.
   * @throws MigrationError MIGRATION_TX_CONTROL: a statement was refused, and the migration caught that.
   */
  async close(): Promise<void> {
    this.#state = 'closed'
    const [running] = this.#unsettled
    await this.#tail
    if (this.#refused !== undefined) throw this.#refused
    if (running !== undefined) throw this.#notAwaited('a query was still running', running.text)
  }

  /** To be called when `up` has failed, before the rollback: what still waits to be sent is not sent into the time after it. */
  async abort(): Promise<void> {
    this.#state = 'closed'
    await this.#tail
  }

  /** @throws MigrationError MIGRATION_NOT_AWAITED: a query came after {@link close}; it was not sent. */
  assertNothingLate(): void {
    if (this.#lateText !== undefined) throw this.#notAwaited('another query came', this.#lateText)
  }

  /** To be called when nothing can be taken back any more: from here a late query fails as an unhandled rejection. */
  settle(): void {
    this.#state = 'settled'
  }

  /** Of the statements so far, without values. */
  checksums(): MigrationChecksums {
    return this.#hash.checksums()
  }

  /** Whether every query has had its answer. */
  get isIdle(): boolean {
    return this.#unsettled.size === 0
  }

  #query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]> {
    if (this.#state === 'settled') return Promise.reject(this.#notAwaited('another query came', text))
    const entry = { text }
    this.#unsettled.add(entry)
    // One at a time, also under Promise.all: the driver warns about a second query on a busy connection.
    const sent = this.#tail.then(() => this.#send<Row>(text, values))
    const result = sent.finally(() => this.#unsettled.delete(entry))
    this.#tail = result.catch(() => undefined)
    // A query that nobody awaits is reported by close(), and must not end the process by itself.
    return result
  }

  async #send<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]> {
    if (this.#state !== 'open') {
      this.#lateText ??= text
      throw this.#notAwaited('another query came', text)
    }
    this.#refuseTransactionControl(text)
    this.#hash.add(text)
    try {
      const result = await this.client.query(text, values === undefined ? undefined : [...values])
      const last = Array.isArray(result) ? result.at(-1) : result
      return (last?.rows ?? []) as Row[]
    } catch (error) {
      this.firstFailed ??= { text, error }
      throw error
    }
  }

  #refuseTransactionControl(text: string): void {
    if (!this.planned.migration.transactional) return
    const statement = findTransactionControl(text)
    if (statement === undefined) return
    this.#refused ??= transactionControlError(this.planned.id, statement)
    throw this.#refused
  }

  #notAwaited(what: string, text: string): MigrationError {
    return new MigrationError(
      'MIGRATION_NOT_AWAITED',
      `Migration "${this.planned.id}" had ended when ${what}: ${shorten(text)}. Await every query, or return its promise.`,
    )
  }
}

/** Says that a migration meddled with its transaction. `statement` is what it sent. */
export function transactionControlError(
  id: string,
  statement: string,
  options?: ErrorOptions,
): MigrationError {
  return new MigrationError(
    'MIGRATION_TX_CONTROL',
    `Migration "${id}" runs in a transaction of its own, and sent: ${shorten(statement)}. Remove this, or set transactional: false if Postgres cannot do it in a transaction. Nothing of the migration was kept.`,
    options,
  )
}

/** One line of at most 300 characters. */
export function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > 300 ? `${line.slice(0, 299)}…` : line
}
