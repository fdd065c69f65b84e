/** Opens a database, uses it and closes it: a process that does only this must end by itself. */
import { Database } from '../../src/database/database.js'
import { createLogger } from '../../src/logger.js'
import { createSecretRedactor } from '../../src/secrets.js'

const database = new Database({
  url: process.argv[2] as string,
  poolSize: 5,
  statementTimeoutMs: 15_000,
  queryTimeoutMs: 18_000,
  lockTimeoutMs: 5_000,
  idleInTransactionTimeoutMs: 30_000,
  applicationName: 'hello open and close',
  models: [],
  logger: createLogger({ level: 'silent', pretty: false, redactor: createSecretRedactor() }),
  keepsPlaces: false,
  storeOutgoing: async () => [],
  onStored: () => undefined,
  onDeferredError: () => undefined,
})
await Promise.all([1, 2, 3].map(() => database.unit((session) => session.sql`SELECT 1`)))
await database.run({ deadlineMs: 60_000 }, (unit) => unit.sql`SELECT 1`)
await database.query({ text: 'SELECT 1' })
await database.close()
