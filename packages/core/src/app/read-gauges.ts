/** Reads the gauges of a running app. Costs nothing until it is asked. */
import type { Telegram } from 'telegraf'
import type { RawQuery, RawResult } from '../database/sequelize-internals.js'
import type { Backlog, Gauges, PollingGauges, PoolUsage } from '../gauges.js'
import type { PollingState } from '../updates/polling.js'

/** Where the figures come from. */
export interface GaugeSources {
  readonly botId: number
  readonly telegram: Telegram
  readonly engine: { readonly isLeading: boolean; readonly inHand: number } | undefined
  readonly polling: PollingState | undefined
  readonly pool: PoolUsage
  query(query: RawQuery): Promise<RawResult>
}

const patienceMs = 2_000

/** Never rejects: what cannot be had in time is `undefined`. */
export async function readGauges({
  botId,
  telegram,
  engine,
  polling,
  pool,
  query,
}: GaugeSources): Promise<Gauges> {
  const [backlogs, pendingAtTelegram] = await Promise.all([
    inTime(query({ ...selectBacklogs, values: [botId] }).then(({ rows }) => rows[0])),
    inTime(pendingOf(telegram)),
  ])
  return {
    isLeader: engine?.isLeading ?? false,
    updatesInHand: engine?.inHand ?? 0,
    inbox: backlogOf(backlogs, 'inbox'),
    outbox: backlogOf(backlogs, 'outbox'),
    pool,
    polling: polling && pollingOf(polling),
    pendingAtTelegram,
  }
}

// Each by the index of what is open, and no further than is worth counting.
const selectBacklogs = {
  name: 'hello_backlogs',
  text: `SELECT
(SELECT count(*) FROM (SELECT FROM hello_inbox WHERE bot_id = $1 AND settled_at IS NULL LIMIT 100000) AS open)::int AS inbox_count,
(SELECT extract(epoch FROM now() - received_at) FROM hello_inbox
  WHERE bot_id = $1 AND settled_at IS NULL ORDER BY seq LIMIT 1)::float8 AS inbox_oldest,
(SELECT count(*) FROM (SELECT FROM hello_outbox WHERE bot_id = $1 AND closed_at IS NULL LIMIT 100000) AS open)::int AS outbox_count,
(SELECT extract(epoch FROM now() - created_at) FROM hello_outbox
  WHERE bot_id = $1 AND closed_at IS NULL ORDER BY id LIMIT 1)::float8 AS outbox_oldest`,
}

function backlogOf(row: Record<string, unknown> | undefined, table: string): Backlog | undefined {
  if (row === undefined) return undefined
  // A row of this very moment may be some microseconds younger than the statement.
  const oldestSeconds = Math.max(0, (row[`${table}_oldest`] as number | null) ?? 0)
  return { count: row[`${table}_count`] as number, oldestSeconds }
}

function pollingOf({ answeredAtMs, failures, isConflicted }: PollingState): PollingGauges {
  const answeredSecondsAgo =
    answeredAtMs === undefined ? undefined : (performance.now() - answeredAtMs) / 1_000
  return { answeredSecondsAgo, failures, isConflicted }
}

async function pendingOf(telegram: Telegram): Promise<number> {
  const signal = AbortSignal.timeout(patienceMs)
  const info = await telegram.callApi('getWebhookInfo', {}, { signal: signal as never })
  return info.pending_update_count
}

async function inTime<T>(asked: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, patienceMs, undefined)
  })
  try {
    return await Promise.race([asked, late])
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
  }
}
