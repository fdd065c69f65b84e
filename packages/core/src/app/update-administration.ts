/** Looks after the inbox of an app that does not run: each call opens a connection of its own and ends it. */
import type { AppConfig } from '../config/app-config.js'
import { withClient } from '../database/client.js'
import type { RawResult } from '../database/sequelize-internals.js'
import { UpdateAdmin, type UpdateAdministration } from '../updates/update-admin.js'

const statementTimeoutMs = 10_000

/** Opens nothing; its calls do. */
export function createUpdateAdministration({ telegram, database }: AppConfig): UpdateAdministration {
  const botId = Number.parseInt(telegram.token, 10)
  const connection = { applicationName: `hello ${botId} updates`, statementTimeoutMs }
  const lend = <T>(work: (admin: UpdateAdministration) => Promise<T>) =>
    withClient(database.url, connection, (client) =>
      work(new UpdateAdmin(async (query) => (await client.query(query as never)) as RawResult, botId)),
    )
  return {
    list: (listing) => lend((admin) => admin.list(listing)),
    show: (updateId) => lend((admin) => admin.show(updateId)),
    retry: (updateId) => lend((admin) => admin.retry(updateId)),
    drop: (updateId) => lend((admin) => admin.drop(updateId)),
  }
}
