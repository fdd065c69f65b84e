/** Opens a database, uses it and closes it: a process that does only this must end by itself. */
import { openDatabase } from './unit-database.js'

const database = openDatabase(process.argv[2] as string, { models: [] })
await Promise.all([1, 2, 3].map(() => database.unit((session) => session.sql`SELECT 1`)))
await database.run({ deadlineMs: 60_000 }, (unit) => unit.sql`SELECT 1`)
await database.query({ text: 'SELECT 1' })
await database.close()
