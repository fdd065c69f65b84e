/** All rows of the fault matrix, by their number. */
import type { Row } from '../harness/row.js'
import { commitRows } from './commits.js'
import { databaseRows } from './database.js'
import { handlerRows } from './handlers.js'
import { killRows } from './kills.js'
import { migrationRows } from './migrations.js'
import { orderRows } from './order.js'
import { processRows } from './process.js'
import { sendingRows } from './sending.js'
import { soakRows } from './soak.js'
import { stoppedTelegramRows } from './stopped-telegram.js'
import { telegramRows } from './telegram.js'
import { webhookRows } from './webhook.js'

/** See the file's purpose. */
export const allRows: readonly Row[] = [
  ...killRows,
  ...commitRows,
  ...handlerRows,
  ...orderRows,
  ...telegramRows,
  ...stoppedTelegramRows,
  ...webhookRows,
  ...databaseRows,
  ...sendingRows,
  ...migrationRows,
  ...processRows,
  ...soakRows,
].sort((a, b) => a.number - b.number)
