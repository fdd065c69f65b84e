/** Rows 4 and 5: the connection is cut at COMMIT, and only the inbox can tell what became of it. */
import { startTcpProxy } from '../../packages/core/test/support/tcp-proxy.js'
import { isGrouped } from '../bot/numbered-bot.js'
import { keepFailures } from '../harness/failure-log.js'
import { openLab, until } from '../harness/lab.js'
import type { Row, RowRun } from '../harness/row.js'

/** See the file's purpose. */
export const commitRows: readonly Row[] = [
  {
    number: 4,
    fault: 'the answer to COMMIT is lost',
    quick: 30,
    full: 300,
    run: (run) => cutAtCommit(run, 'cutOnCommit'),
  },
  {
    number: 5,
    fault: 'COMMIT never reaches the server',
    quick: 30,
    full: 300,
    run: (run) => cutAtCommit(run, 'dropBeforeCommit'),
  },
]

async function cutAtCommit(run: RowRun, mode: 'cutOnCommit' | 'dropBeforeCommit'): Promise<void> {
  const lab = await openLab(run, { people: 4 })
  const proxy = await startTcpProxy(lab.databaseUrl)
  run.onEnd(() => proxy[Symbol.asyncDispose]())
  const ends = keepFailures(run, lab.bot.id)
  await lab.start({ DATABASE_URL: proxy.url })
  let alone = 0
  for (let trial = 0; trial < run.trials; trial++) {
    const { cuts } = proxy
    proxy.setMode(mode)
    const said = lab.say(1)
    // Of a group, what it writes is tried again, and not its handlers.
    alone += said.filter(({ updateId }) => !isGrouped(updateId)).length
    await until(() => proxy.cuts > cuts, { what: 'a COMMIT was cut' })
    proxy.setMode('pass')
    await lab.untilQuiet()
    run.tally.trial()
  }
  run.tally.expect(ends.retried >= alone, 'a cut COMMIT was taken for an end')
  const verdict = await lab.judge()
  run.tally.add(verdict)
  run.tally.breach('SENT2', verdict.sentTwice)
}
