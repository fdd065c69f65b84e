/** The services of a unit of work where no update is: a job, a script, a test. */
import type { ServiceContainer } from '../container/container.js'
import type { Database } from '../database/database.js'
import type { Unit } from '../database/unit.js'
import type { Logger } from '../logger.js'
import { createOutbox } from '../telegram/outbox.js'
import { UnitSession } from '../telegram/session.js'

/** All services of the app, by name, as that unit sees them; there is no chat to reply in. */
export function unitServices(
  container: ServiceContainer,
  database: Database,
  botId: number,
  unit: Unit,
  logger: Logger,
): object {
  const outbox = createOutbox((call) => unit.send(call))
  return container.createScope({
    session: new UnitSession(unit, database.sequelize, outbox),
    outbox,
    logger: () => logger,
    state: () => ({ botId, sql: unit.sql, owner: {}, logger }),
  })
}
