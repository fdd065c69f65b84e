/** Builds what the benchmark takes from core's sources: parts that no package gives out, and a Hello whose inbox can be switched off. Without failpoints, as packages are published. */
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'tsup'

const fromHere = (path) => fileURLToPath(new URL(path, import.meta.url))
const corePath = fromHere('../../packages/core')
const prefix = '.bench-'

/** Gives the built files. They stand beside core's sources, where its dependencies are found. */
export async function createBuilds() {
  await removeLeftBehind()
  const folder = join(corePath, `${prefix}${process.pid}`)
  await mkdir(folder)
  const common = {
    format: 'esm',
    target: 'node20',
    outDir: folder,
    outExtension: () => ({ js: '.mjs' }),
    tsconfig: fromHere('../../tsconfig.json'),
    noExternal: [/^@hello\//],
    external: [/^[a-z@]/],
    splitting: false,
    sourcemap: true,
    config: false,
    silent: true,
    esbuildOptions: (options) => {
      options.dropLabels = ['FAILPOINT']
    },
  }
  const replaceInbox = {
    name: 'switched-inbox',
    setup: ({ onResolve }) =>
      onResolve({ filter: /\/updates\/inbox\.js$/ }, ({ importer }) =>
        /\/app\/runtime\.ts$/.test(importer) ? { path: fromHere('../parts/switched-inbox.ts') } : undefined,
      ),
  }
  await build({ ...common, entry: { parts: fromHere('../parts/measure.ts') } })
  await build({
    ...common,
    entry: { 'without-inbox': fromHere('../peers/hello.mjs') },
    esbuildPlugins: [replaceInbox],
  })
  return {
    parts: join(folder, 'parts.mjs'),
    withoutInbox: pathToFileURL(join(folder, 'without-inbox.mjs')),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** What runs that were killed have left. */
async function removeLeftBehind() {
  for (const name of await readdir(corePath)) {
    if (!name.startsWith(prefix) || isAlive(Number(name.slice(prefix.length)))) continue
    await rm(join(corePath, name), { recursive: true, force: true })
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
