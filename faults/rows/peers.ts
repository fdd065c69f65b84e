/** The same load, killer and checker for bots that are written the usual way on other frameworks. */
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { forkBot } from '../harness/bot-process.js'
import { type Lab, openLab, until } from '../harness/lab.js'
import type { RowRun } from '../harness/row.js'
import type { PeerRow } from '../harness/run-rows.js'
import { loadAndKill } from './kills.js'

/** See the file's purpose. */
export const peerRows: readonly PeerRow[] = ['telegraf', 'grammy'].map((name) => ({
  name,
  quick: 20,
  full: 300,
  run: (run) => killPeer(run, name),
}))

async function killPeer(run: RowRun, name: string): Promise<void> {
  const lab = await openLab(run)
  await lab.query(
    'CREATE TABLE effects (id bigint GENERATED ALWAYS AS IDENTITY, update_id bigint, chat bigint, seq int)',
  )
  await lab.query('CREATE TABLE halves (update_id bigint)')
  const path = fileURLToPath(new URL(`../peers/${name}.mjs`, import.meta.url))
  const start = async () => forkBot(run, await lab.env({ NODE_ENV: 'production' }), path)
  await loadAndKill(run, lab, start)
  const last = await start()
  await last.started
  await untilNothingComes(lab)
  await last.kill()
  run.tally.add(await lab.judge())
}

/** Until Telegram has nothing left, and for two seconds no more rows and answers have come. */
async function untilNothingComes(lab: Lab): Promise<void> {
  let seen = ''
  await until(
    async () => {
      const [row] = await lab.query<{ count: string }>('SELECT count(*) FROM halves')
      const now = `${row?.count} ${lab.calls.all.length} ${lab.bot.updates.pending().length}`
      if (now === seen) return true
      seen = now
      await delay(2_000)
      return false
    },
    { what: 'the peer came to rest', withinMs: 120_000 },
  )
}
