/** What `hello db` tells people: outcomes, lists and figures as lines of text. Pure: no I/O. */
import type { BotNames } from './bot-names.js'
import type { CreateResult } from './create-bot-database.js'
import type { DatabaseStats } from './database-stats.js'
import type { BotListing } from './list-bot-databases.js'
import type { Advice } from './stats-advice.js'
import type { TableCounts } from './table-counts.js'
import { inUnits, textTable } from './text-table.js'

export { inUnits as describeBytes }

/** What became of a creation. */
export function describeOutcome(
  { bot, database, role }: BotNames,
  outcome: CreateResult['outcome'],
  file?: string,
): string {
  if (outcome === 'unchanged') {
    return `${bot} is there already: rights and limit of ${database} were set anew, its password is as it was. hello db url ${bot} --new-password gives a new address.`
  }
  const address =
    file === undefined ? 'The address above is shown once and kept nowhere' : `Its address is in ${file}`
  const how =
    outcome === 'resumed' ? 'An earlier creation was broken off and is finished now' : 'It was created'
  return `${how}: only ${role} may connect to ${database}. ${address}.`
}

/** The bots in columns, and the server in a line. */
export function describeBots({ bots, server }: BotListing): string[] {
  const { version, connections, maxConnections } = server
  const whole = `PostgreSQL ${version}, ${connections} of ${maxConnections} connections.`
  if (bots.length === 0) return [`No bot yet: hello db create <bot> makes one. ${whole}`]
  const rows = bots.map((bot) => [
    bot.bot,
    bot.state,
    bot.sizeBytes === null ? '–' : inUnits(bot.sizeBytes),
    `${bot.connections} of ${bot.connectionLimit === -1 ? '∞' : bot.connectionLimit}`,
    bot.createdAt.slice(0, 10),
  ])
  return [
    ...textTable(['bot', 'state', 'size', 'connections', 'created'], rows),
    `${bots.length} in all. ${whole}`,
  ]
}

/** `3 tables with 1204 rows` */
export function describeTables(tables: TableCounts): string {
  const counts = Object.values(tables)
  const rows = counts.reduce((sum, count) => sum + count, 0)
  return `${counts.length} ${counts.length === 1 ? 'table' : 'tables'} with ${rows} ${rows === 1 ? 'row' : 'rows'}`
}

/** The figures in columns, and what to do. */
export function describeStats(stats: DatabaseStats, advice: readonly Advice[]): string[] {
  const day = (time: string | null) => (time === null ? 'never' : time.slice(0, 16).replace('T', ' '))
  const hits = stats.cacheHitRatio === null ? '–' : `${(stats.cacheHitRatio * 100).toFixed(1)} %`
  const tables = stats.tables.map((one) => [
    one.table,
    inUnits(one.tableBytes),
    inUnits(one.indexBytes),
    String(one.liveRows),
    String(one.deadRows),
    day(one.lastVacuum),
    day(one.lastAnalyze),
  ])
  const indexes = stats.indexes.map((one) => [one.index, one.table, inUnits(one.bytes), String(one.scans)])
  return [
    `${stats.database}: ${inUnits(stats.bytes)}, ${stats.connections} of ${stats.connectionLimit ?? '∞'} connections, ${hits} read from memory, PostgreSQL ${stats.serverVersion}`,
    '',
    ...textTable(['table', 'size', 'indexes', 'rows', 'dead', 'last vacuum', 'last analyze'], tables),
    '',
    ...textTable(['index', 'of', 'size', 'scans'], indexes),
    '',
    ...(advice.length === 0
      ? ['Nothing to do.']
      : advice.flatMap(({ finding, action }) => [finding, `  → ${action}`])),
  ]
}
