/** A Sequelize whose queries join the running unit of work by themselves, and are refused where there is none: never a second connection. */
import 'reflect-metadata'
import type { AsyncLocalStorage } from 'node:async_hooks'
import type { Transaction, TransactionOptions } from 'sequelize'
import { type Model, type ModelCtor, type Repository, Sequelize } from 'sequelize-typescript'
import { PluginError, UnitError } from '../errors.js'
import { noteRepositories, poolSettings, prepareConnections } from './sequelize-internals.js'
import { withoutLiterals } from './sql.js'
import { findUnitControl, transactionControl } from './transaction-control.js'
import type { Unit, UnitScope } from './unit.js'
import type { Attempt } from './unit-attempts.js'
import { UnitSavepoint } from './unit-savepoint.js'

/** What a {@link UnitSequelize} is made of. */
export interface UnitSequelizeOptions {
  readonly url: string
  readonly current: AsyncLocalStorage<UnitScope>
  readonly models: readonly ModelCtor[]
  /** Connections for units. Integer ≥ 1. */
  readonly poolMax: number
  /** Time limits and the like, as pg's `ClientConfig`. */
  readonly driver: object
}

type TransactionWork<T> = (transaction: Transaction) => PromiseLike<T>

interface WithTransaction {
  readonly transaction?: Transaction | null
}

/** See the file's purpose. Models are bound to this instance alone (`repositoryMode`). */
export class UnitSequelize extends Sequelize {
  readonly #current: AsyncLocalStorage<UnitScope>
  // By class: two plugins may each have a model that is called Event.
  readonly #repositories = new Map<unknown, ModelCtor>()

  constructor({ url, current, models, poolMax, driver }: UnitSequelizeOptions) {
    super({
      ...poolSettings(url, driver, poolMax),
      repositoryMode: true,
      logging: false,
      define: { underscored: true },
      retry: { max: 1 },
    })
    this.#current = current
    prepareConnections(this)
    noteRepositories(this, this.#repositories)
    this.addModels([...models])
  }

  // Sequelize declares a dozen overloads that differ in what the options select; all take this one way.
  override async query(sql: any, options?: any): Promise<any> {
    const given = (options as WithTransaction | undefined)?.transaction
    const [unit, [attempt]] = this.#placeOf(given)
    const text: string = typeof sql === 'string' ? sql : sql.query
    const control = findUnitControl(text)
    if (control !== undefined) throw transactionControl(withoutLiterals(control))
    return unit.join(
      ({ transaction }) => {
        if (given && given !== transaction && !(given instanceof UnitSavepoint)) throw foreignTransaction()
        const answer = super.query(sql, { ...options, transaction: given ?? transaction }) as Promise<unknown>
        // Sequelize writes the values of a SELECT into its text.
        return unit.traceSql(() => withoutLiterals(text), answer)
      },
      attempt,
      text,
    )
  }

  // A transaction inside a unit is a savepoint of it: findOrCreate and its kin open one of their own.
  override transaction<T>(work: TransactionWork<T>): Promise<T>
  override transaction<T>(options: TransactionOptions, work: TransactionWork<T>): Promise<T>
  override transaction(options?: TransactionOptions): Promise<Transaction>
  override async transaction(options?: any, work?: any): Promise<any> {
    const [given, callback] = typeof options === 'function' ? [undefined, options] : [options, work]
    const [unit, [parent]] = this.#placeOf((given as WithTransaction | undefined)?.transaction)
    if (callback === undefined) return this.#savepoint(unit, await unit.beginAttempt(parent, true))
    return unit.attempt((attempt) => this.#savepoint(unit, attempt).then(callback), parent)
  }

  override model(model: any): any {
    return this.#repositories.get(model) ?? super.model(model)
  }

  /** @throws PluginError MODEL_UNKNOWN: no plugin of the app has it. */
  override getRepository<M extends Model>(modelClass: new () => M): Repository<M> {
    const repository = this.#repositories.get(modelClass)
    if (repository !== undefined) return repository as unknown as Repository<M>
    throw new PluginError(
      'MODEL_UNKNOWN',
      `The model "${modelClass.name}" belongs to no plugin of this app. Name it under models in the contract of the plugin that owns it.`,
    )
  }

  /** The unit that a query belongs to, and its attempt where the query names one. */
  #placeOf(given: Transaction | null | undefined): [Unit, [Attempt] | []] {
    if (given instanceof UnitSavepoint) return [given.unit, [given.attempt]]
    const unit = this.#current.getStore()?.unit
    if (unit !== undefined) return [unit, []]
    throw new UnitError(
      'UNIT_MISSING',
      'A query was made where no unit of work is. Make it in a handler, or inside database.unit(async (session) => …).',
    )
  }

  #savepoint(unit: Unit, attempt: Attempt): Promise<UnitSavepoint> {
    return unit.join(async (hold) => new UnitSavepoint(this, hold, unit, attempt), attempt)
  }
}

function foreignTransaction(): UnitError {
  return new UnitError(
    'UNIT_CLOSED',
    'A query was given the transaction of another unit of work, or of one that has ended. Leave the transaction out: a query joins the running unit by itself.',
  )
}
