/** What the README shows of measurements, taken from where they are recorded. Pure: takes texts and figures, gives text. */
import { table } from './docs-codes.mjs'

const nothing = 'Nothing is recorded yet.'

/** Whom the README names, by their key in `benchmarks/recorded.json`. */
const peers = {
  'telegraf-pg': 'telegraf, SQL by hand',
  'telegraf-sequelize': 'telegraf, Sequelize',
  'grammy-kysely': 'grammY, Kysely',
  'grammy-drizzle': 'grammY, Drizzle',
}

/**
 * Updates per second, divided by those of others.
 *
 * @param {{ date: string, machine: string, node: string, summary: { ratios: { updatesPerSecond: Record<string, number | null> } } } | undefined} recorded
 */
export function speedTable(recorded) {
  if (recorded === undefined) return nothing
  const ratios = recorded.summary.ratios.updatesPerSecond
  const rows = Object.entries(peers)
    .filter(([key]) => typeof ratios[key] === 'number')
    .map(([key, label]) => [label, `${ratios[key].toFixed(1)} ×`])
  if (rows.length === 0) return nothing
  const where = `${recorded.date}, ${recorded.machine}, Node ${recorded.node}.`
  return `${table(['beside', 'updates per second'], rows)}\n\n${where}`
}

/**
 * The first table below a heading.
 *
 * @param {string} page
 * @param {string} heading its text
 * @returns {string | undefined} undefined where there is none
 */
export function tableBelow(page, heading) {
  const part = page.split(/^(?=#{1,6} )/m).find((one) => /^#{1,6} (.*)/.exec(one)?.[1].trim() === heading)
  return part && /^\|.*\n(?:\|.*(?:\n|$))+/m.exec(part)?.[0].trim()
}
