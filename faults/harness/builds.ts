/** Builds what the rows start as processes: a bot from the sources, with its failpoints, and a project for the published command line. */
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Options } from 'tsup'
import { isAlive } from '../../packages/core/src/database/embedded-cluster.js'

/** Where the built things are. */
export interface Builds {
  /** The bot that can be told to die, as a file to fork. */
  readonly childPath: string
  /** A folder that `hello start` takes for a project. */
  readonly projectPath: string
  /** The published command line. */
  readonly cliPath: string
  remove(): Promise<void>
}

const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const corePath = fromHere('../../packages/core')
const prefix = '.faults-'

/** Builds them, beside core's sources, where its dependencies are found. */
export async function createBuilds(): Promise<Builds> {
  await removeLeftBehind()
  const folder = join(corePath, `${prefix}${process.pid}`)
  const projectPath = join(folder, 'project')
  const common: Options = { format: 'esm', target: 'node20', splitting: false, config: false, silent: true }
  // One file, core's sources in it: a start then takes half a second, not two.
  await build({
    ...common,
    entry: { child: fromHere('../bot/child.ts') },
    outDir: folder,
    outExtension: () => ({ js: '.mjs' }),
    tsconfig: fromHere('../../tsconfig.json'),
    noExternal: [/^@hello\//],
    external: [/^[a-z@]/],
  })
  // Core stays outside: it is to be the very copy that the command line has.
  await build({
    ...common,
    entry: { 'hello.config': fromHere('../bot/hello.config.ts') },
    outDir: projectPath,
    external: [/^@hello\//],
  })
  await writeFile(join(projectPath, 'package.json'), '{ "type": "module" }')
  await mkdir(join(projectPath, 'node_modules/@hello'), { recursive: true })
  await symlink(corePath, join(projectPath, 'node_modules/@hello/core'))
  return {
    childPath: join(folder, 'child.mjs'),
    projectPath,
    cliPath: join(corePath, 'dist/cli/main.js'),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** What runs that were killed have left. */
async function removeLeftBehind(): Promise<void> {
  for (const name of await readdir(corePath)) {
    if (!name.startsWith(prefix) || isAlive(Number(name.slice(prefix.length)))) continue
    await rm(join(corePath, name), { recursive: true, force: true })
  }
}
