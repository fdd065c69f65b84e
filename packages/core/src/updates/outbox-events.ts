/** Closes a call of the outbox and tells the plugins of its end, in one transaction: what they write about it is there exactly once. */
import { runAfterCommit } from '../database/after-commit.js'
import type { Database } from '../database/database.js'
import { isInfrastructureFailure } from '../database/failure.js'
import type { RawQuery } from '../database/sequelize-internals.js'
import type { StoredCall, Unit, UnitClaim } from '../database/unit.js'
import type { ErrorReports } from '../error-reports.js'
import type { Logger } from '../logger.js'
import type { Behaviour } from '../plugin/behaviour.js'
import type { AnyContract } from '../plugin/contract.js'
import { type DeliveryEvents, deliveryEventNames } from '../plugin/delivery-events.js'
import { type ServiceReach, servicesOf } from '../telegram/plugin-services.js'
import { storeOutgoing } from './outbox-table.js'

/** A plugin that may listen. */
export interface ListeningPlugin {
  readonly name: string
  readonly reach: ServiceReach
  readonly options: unknown
  readonly behaviour: Pick<Behaviour<AnyContract>, 'events'>
}

/** What telling needs. */
export interface OutboxEventsOptions {
  readonly database: Database
  /** In the order of `requires`. */
  readonly plugins: readonly ListeningPlugin[]
  readonly botId: number
  readonly logger: Logger
  /** Told of each plugin that failed. */
  readonly reports: ErrorReports
  /** For all plugins together, for one event. Integer > 0. */
  readonly deadlineMs: number
  /** All services of the app, as a unit sees them. */
  scopeOf(unit: Unit): object
  /** Told what the plugins have put in the outbox. */
  onStored(stored: readonly StoredCall[]): void
}

type AnyEvent = DeliveryEvents[keyof DeliveryEvents]

/** See the file's purpose. */
export class OutboxEvents {
  readonly #options: OutboxEventsOptions
  readonly #listeners: ReadonlyMap<string, readonly ListeningPlugin[]>

  constructor(options: OutboxEventsOptions) {
    this.#options = options
    this.#listeners = new Map(
      deliveryEventNames.map((name) => [
        name,
        options.plugins.filter(({ behaviour }) => behaviour.events?.[name] !== undefined),
      ]),
    )
  }

  /** Whether some plugin listens. */
  hears(name: keyof DeliveryEvents): boolean {
    return (this.#listeners.get(name)?.length ?? 0) > 0
  }

  /**
   * Runs `take`, which locks the call, and `end`, which closes or moves it, in one transaction with what the plugins do; nothing where `take` finds none. A plugin that fails is
   * undone and logged, and keeps neither the others nor the end from being kept.
   *
   * @throws a fault of the infrastructure: nothing is kept, and it may be tried again.
   */
  async tell(take: RawQuery, end: RawQuery, event: AnyEvent): Promise<void> {
    const { database, botId, logger, reports, deadlineMs, onStored } = this.#options
    const claim = claimOf(take, end, botId)
    const ran = await database.run({ claim, deadlineMs }, (unit) => this.#runAll(unit, event))
    switch (ran.end.outcome) {
      case 'committed':
        onStored(ran.end.stored)
        return runAfterCommit(
          ran.unit,
          logger,
          reports.ofDeferred({ in: 'event', event: event.type }),
          deadlineMs,
        )
      case 'duplicate':
        return
      case 'failed':
        logger.error({ err: ran.end.error, event: event.type }, failed)
        reports.tell({ kind: 'event', error: ran.end.error, event: event.type })
        if (!ran.end.recorded) await database.query(end)
        return
      case 'untouched':
        return
      default:
        throw ran.end.error
    }
  }

  async #runAll(unit: Unit, event: AnyEvent): Promise<void> {
    // Also where no plugin asks the database, the call's own end is written. Where it was written before, nobody is told again.
    await unit.open().confirmed
    const { scopeOf, logger, reports } = this.#options
    const scope = scopeOf(unit)
    for (const { name, reach, options, behaviour } of this.#listeners.get(event.type) ?? []) {
      const listen = behaviour.events?.[event.type] as
        | ((event: AnyEvent, services: object, options: unknown) => unknown)
        | undefined
      try {
        await unit.attempt(async () => listen?.(event, servicesOf(scope, reach), options))
      } catch (error) {
        if (isInfrastructureFailure(error)) throw error
        logger.error({ err: error, plugin: name, event: event.type }, failed)
        reports.tell({ kind: 'event', error, plugin: name, event: event.type })
      }
    }
  }
}

const failed = 'A plugin failed at an event of the outbox; what it wrote is undone'

function claimOf(take: RawQuery, end: RawQuery, botId: number): UnitClaim {
  return {
    take: async (connection) => (await connection.query(take)).rowCount === 1,
    settle: async (connection, outgoing) => {
      const [, stored] = await Promise.all([
        connection.query(end),
        outgoing.length === 0 ? [] : storeOutgoing(connection, botId, outgoing),
      ])
      return stored
    },
    fail: async (connection) => void (await connection.query(end)),
  }
}
