/** The only file that touches what Sequelize 6 and pg do not document. `sequelize-internals.test.ts` fails when a release changes it. */
import { type Sequelize, Transaction } from 'sequelize'

/** A pg client as Sequelize's pool hands it out. */
export interface RawConnection {
  /** Sends queries without waiting for the answers of those before. Off unless set. */
  pipeline?: boolean
  /** The id of the backend, for `pg_cancel_backend`. */
  readonly processID: number
  uuid?: string
  /** The protocol below the client. */
  readonly connection: { readonly stream: { destroy(): void } }
  query(query: RawQuery): Promise<RawResult>
}

/** A statement for the driver: text alone takes the simple protocol. */
export interface RawQuery {
  readonly text: string
  readonly values?: readonly unknown[]
  readonly name?: string
}

/** What the driver answers. */
export interface RawResult {
  /** The command tag's first word, such as `COMMIT` or `ROLLBACK`. */
  readonly command: string
  readonly rows: readonly Record<string, unknown>[]
  readonly rowCount: number | null
}

interface ConnectionManager {
  getConnection(options: { type: 'write'; uuid: string }): Promise<RawConnection>
  releaseConnection(connection: RawConnection): void
  destroyConnection(connection: RawConnection): Promise<void>
}

interface TransactionInternals {
  readonly id: string
  connection: RawConnection
  finished?: 'commit' | 'rollback'
}

const managerOf = (sequelize: Sequelize) =>
  (sequelize as unknown as { connectionManager: ConnectionManager }).connectionManager

/** Turns pipelining on for every connection that the pool opens: `dialectOptions` would drop the setting. */
export function enablePipelining(sequelize: Sequelize): void {
  sequelize.addHook('afterConnect', (connection) => {
    ;(connection as RawConnection).pipeline = true
  })
}

/** Takes a connection from the pool and a transaction object on it, without sending BEGIN. */
export async function takeTransaction(
  sequelize: Sequelize,
): Promise<{ transaction: Transaction; connection: RawConnection }> {
  const transaction = new Transaction(sequelize, {})
  const internals = transaction as unknown as TransactionInternals
  const connection = await managerOf(sequelize).getConnection({ type: 'write', uuid: internals.id })
  connection.uuid = internals.id
  internals.connection = connection
  return { transaction, connection }
}

/** Marks the transaction as ended, so that a late query with it is refused, and gives its connection back or closes it at once. */
export function endTransaction(
  sequelize: Sequelize,
  transaction: Transaction,
  how: 'release' | 'destroy',
): void {
  const internals = transaction as unknown as TransactionInternals
  if (internals.connection.uuid === undefined) return
  internals.finished ??= 'commit'
  delete internals.connection.uuid
  if (how === 'release') {
    managerOf(sequelize).releaseConnection(internals.connection)
    return
  }
  // An orderly end would wait for the queries that are under way; these are the reason to close it.
  void managerOf(sequelize)
    .destroyConnection(internals.connection)
    .catch(() => undefined)
  internals.connection.connection.stream.destroy()
}
