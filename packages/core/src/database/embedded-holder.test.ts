/** How long a start waits for the server that stands in the lock file: to its end where that is near, and a moment otherwise. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { EmbeddedCluster } from './embedded-cluster.js'
import { refuseSecondServer } from './embedded-holder.js'

/** A cluster whose lock file names a process that runs, of a program that runs or has ended. */
async function openCluster({ hasProgram }: { hasProgram: boolean }) {
  const home = await mkdtemp(join(tmpdir(), 'hello-holder-'))
  onTestFinished(() => rm(home, { recursive: true, force: true }))
  const server = await run(home)
  const program = await run('program')
  if (!hasProgram) await end(program)
  const cluster = { home, dataDirectory: home, holderFile: join(home, 'holder') } as EmbeddedCluster
  await writeFile(cluster.holderFile, `${program.pid}\n`)
  await writeFile(join(home, 'postmaster.pid'), `${server.pid}\n${home}\n0\n5432\n\n127.0.0.1\n\nready   \n`)
  return { cluster, server }
}

/** A process with this word in its command line, as a server has its folder. */
async function run(word: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 60_000)', word], { stdio: 'ignore' })
  onTestFinished(() => end(child))
  await once(child, 'spawn')
  return child
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

/** The first look at the time begins, and every later one finds so much of it gone. Gives how often somebody looked. */
function letTimePass(goneMs: number): () => number {
  let looks = 0
  const now = vi.spyOn(performance, 'now').mockImplementation(() => (looks++ === 0 ? 0 : goneMs))
  onTestFinished(() => now.mockRestore())
  return () => looks
}

test('a server whose program has ended is waited for, however late it notices', async () => {
  const { cluster, server } = await openCluster({ hasProgram: false })
  const looks = letTimePass(10_000)
  const refusing = refuseSecondServer(cluster)
  await expect.poll(looks).toBeGreaterThan(3)
  await end(server)
  await refusing
})

test.each([
  ['its program runs', true, 2_000],
  ['it does not end all the same', false, 25_000],
])('EMBEDDED_IN_USE: a server is not waited for without end where %s', async (_, hasProgram, goneMs) => {
  const { cluster, server } = await openCluster({ hasProgram })
  letTimePass(goneMs)
  await expect(refuseSecondServer(cluster)).rejects.toMatchObject({
    code: 'EMBEDDED_IN_USE',
    message: expect.stringContaining(`its server is process ${server.pid}`),
  })
})
