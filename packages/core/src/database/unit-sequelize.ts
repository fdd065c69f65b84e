/** A Sequelize whose queries join the running unit of work by themselves, and are refused where there is none: never a second connection. */
import 'reflect-metadata'
import type { AsyncLocalStorage } from 'node:async_hooks'
import type { Transaction, TransactionOptions } from 'sequelize'
import { type ModelCtor, Sequelize, type SequelizeOptions } from 'sequelize-typescript'
import { UnitError } from '../errors.js'
import { enablePipelining } from './sequelize-internals.js'
import type { Unit } from './unit.js'

interface QueryOptions {
  readonly transaction?: Transaction | null
}

/** See the file's purpose. Models are bound to this instance alone (`repositoryMode`). */
export class UnitSequelize extends Sequelize {
  readonly #current: AsyncLocalStorage<Unit>

  constructor(
    url: string,
    current: AsyncLocalStorage<Unit>,
    options: { readonly models: readonly ModelCtor[]; readonly poolMax: number; readonly driver: object },
  ) {
    const settings: SequelizeOptions & { databaseVersion: string } = {
      dialect: 'postgres',
      repositoryMode: true,
      logging: false,
      // Known, so that the first connection need not ask: every version that Hello supports has what Sequelize looks for.
      databaseVersion: '13.0.0',
      pool: { max: options.poolMax, min: 0, acquire: 10_000, idle: 60_000 },
      dialectOptions: options.driver,
      models: [...options.models],
      define: { underscored: true },
      retry: { max: 1 },
    }
    super(url, settings)
    this.#current = current
    enablePipelining(this)
  }

  // Sequelize declares a dozen overloads that differ in what the options select; all take this one way.
  override query(sql: any, options?: any): Promise<any> {
    if ((options as QueryOptions | undefined)?.transaction) return super.query(sql, options)
    const unit = this.#runningUnit()
    const text = typeof sql === 'string' ? sql : sql.query
    return unit.join(({ transaction }) =>
      unit.traceSql(text, super.query(sql, { ...options, transaction }) as Promise<unknown>),
    )
  }

  // findOrCreate and its kin open a transaction of their own: inside a unit it is a savepoint of it.
  override transaction(options?: any, work?: any): Promise<any> {
    const [given, callback] = typeof options === 'function' ? [undefined, options] : [options, work]
    if ((given as TransactionOptions | undefined)?.transaction) return super.transaction(given, callback)
    return this.#runningUnit().join(({ transaction }) =>
      super.transaction({ ...given, transaction }, callback),
    )
  }

  #runningUnit(): Unit {
    const unit = this.#current.getStore()
    if (unit !== undefined) return unit
    throw new UnitError(
      'UNIT_MISSING',
      'A query was made where no unit of work is. Make it in a handler, or inside database.unit(async (session) => …).',
    )
  }
}
