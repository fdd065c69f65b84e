/** The only file that touches what Sequelize 6 and pg do not document. `sequelize-internals.test.ts` fails when a release changes it. */
import pg from 'pg'
import { type Options, type Sequelize, Transaction } from 'sequelize'
import type { Model, ModelCtor } from 'sequelize-typescript'

/** What runs statements. */
export interface StatementRunner {
  query(query: RawQuery): Promise<RawResult>
}

/** A pg client as Sequelize's pool hands it out. */
export interface RawConnection extends StatementRunner {
  /** Sends queries without waiting for the answers of those before. Off unless set. */
  pipeline?: boolean
  /** The id of the backend, for `pg_cancel_backend`. */
  readonly processID: number
  uuid?: string | undefined
  /** The protocol below the client. */
  readonly connection: { readonly stream: { destroy(): void; cork(): void; uncork(): void } }
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
  /** Of sequelize-pool. */
  readonly pool: { readonly using: number; readonly waiting: number }
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

/** How many connections of the pool are in use, and how much waits for one. */
export function poolUsageOf(sequelize: Sequelize, size: number) {
  const { using, waiting } = managerOf(sequelize).pool
  return { size, inUse: using, waiting }
}

/**
 * A client whose loss ends no process. Sequelize and pg's pool listen for it a moment after the connection stands, and a
 * server that ends it in this moment would be an error that nobody catches; both look at the connection themselves.
 */
export class GuardedClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config)
    this.on('error', () => undefined)
  }
}

/** What Sequelize is given instead of a URL. pg reads it, so that the pool understands it as every other connection does. */
export function poolSettings(
  url: string,
  driver: object,
  max: number,
): Options & { databaseVersion: string } {
  const { host, port, user, database, password, ssl, connectionParameters } = new pg.Client({
    connectionString: url,
    ...driver,
  }) as pg.Client & { connectionParameters: Record<string, unknown> }
  const { application_name, client_encoding, options: given } = connectionParameters
  // What is sent behind a BEGIN that the server refuses runs by itself; it then can write nothing.
  const options = [given, '-c default_transaction_read_only=on'].filter(Boolean).join(' ')
  const fromUrl = { application_name, client_encoding, options, ssl: ssl || undefined }
  return {
    dialect: 'postgres',
    dialectModule: Object.assign(Object.create(pg), { Client: GuardedClient }),
    host,
    port,
    // As a function, which pg calls when it is asked for: a text would be printed with the object.
    ...({ username: user, database, password: password && (() => password) } as object),
    // Known, so that the first connection need not ask: every version that Hello supports has what Sequelize looks for.
    databaseVersion: '13.0.0',
    pool: { max, min: 0, acquire: 10_000, idle: 60_000 },
    dialectOptions: { ...driver, ...fromUrl },
  }
}

/** Turns pipelining on for every connection that the pool opens: `dialectOptions` would drop the setting. */
export function prepareConnections(sequelize: Sequelize): void {
  sequelize.addHook('afterConnect', (connection) => {
    ;(connection as RawConnection).pipeline = true
  })
}

/** Notes which class each model is bound as: Sequelize finds models by name alone, and two plugins may use one name. */
export function noteRepositories(sequelize: Sequelize, repositories: Map<unknown, ModelCtor>): void {
  const maker = sequelize as unknown as { createRepositoryModel(modelClass: ModelCtor): ModelCtor }
  maker.createRepositoryModel = (modelClass) => {
    const repository = class extends (modelClass as new () => Model) {} as ModelCtor
    repositories.set(modelClass, repository)
    return repository
  }
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

/** Gathers what is sent from here to the end of this turn of the event loop into one packet: each write of a socket is a system call. */
export function sendTogether({ connection: { stream } }: RawConnection): void {
  stream.cork()
  process.nextTick(() => stream.uncork())
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
  // Not deleted: an object that has lost a property is slow from then on, and this is the driver's client.
  internals.connection.uuid = undefined
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
