/** Builds every package after those that it needs, and skips one whose inputs have not changed. Node built-ins only. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureInstalled } from './install.mjs'
import { Failure, run, runScript, step, upToDate } from './progress.mjs'
import { neededBy, notesDirectory, readPackages, root } from './workspace.mjs'

/** Builds what has changed, one package after the other. Stops at the first that fails: the others need it. */
export async function buildPackages() {
  const hashes = new Map()
  for (const one of readPackages()) {
    hashes.set(one.name, hashInputs(one, hashes))
    if (one.manifest.scripts?.build) await step(`build ${one.name}`, () => build(one, hashes.get(one.name)))
  }
}

async function build(one, hash) {
  const stampFile = join(notesDirectory, `build-${one.name.replaceAll('/', '-')}`)
  const isBuilt = existsSync(join(one.directory, 'dist'))
  if (isBuilt && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash) return upToDate
  rmSync(stampFile, { force: true })
  const { code, output } = await run(one.manifest.scripts.build, [], {
    cwd: one.directory,
    shell: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: [binOf(one.directory), binOf(root), process.env.PATH].join(delimiter) },
  })
  if (code !== 0) throw new Failure(`${output}\nThe build of ${one.name} failed (exit code ${code}).`)
  mkdirSync(notesDirectory, { recursive: true })
  writeFileSync(stampFile, hash)
}

function binOf(directory) {
  return join(directory, 'node_modules', '.bin')
}

/** Everything that a build of this package reads, and so of the packages that it needs. */
function hashInputs(one, hashes) {
  const hash = createHash('sha256')
  for (const file of ['tsconfig.base.json', 'pnpm-lock.yaml']) hash.update(readFileSync(join(root, file)))
  for (const name of neededBy(one)) hash.update(hashes.get(name) ?? '')
  const others = (alsoReads[one.name] ?? []).map((folder) => join(root, folder))
  for (const file of [
    ...inputFiles(one.directory),
    ...others.flatMap((folder) => inputFiles(folder, generated)),
  ]) {
    hash
      .update(`${relative(one.directory, file)}\0`)
      .update(readFileSync(file))
      .update('\0')
  }
  return hash.digest('hex')
}

const generated = new Set(['node_modules', 'dist', '.hello'])
const notInputs = new Set([...generated, 'api', 'test', 'CHANGELOG.md', 'README.md'])

/** Folders whose every file, tests and pages too, becomes part of a package: the templates of new projects. */
const alsoReads = {
  'create-hello-bot': ['examples/hello-bot', 'packages/create-hello-bot/templates'],
}

function inputFiles(directory, skipped = notInputs) {
  return readdirSync(directory, { withFileTypes: true })
    .filter(({ name }) => !skipped.has(name) && (skipped === generated || !/\.test(-d)?\.ts$/.test(name)))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(directory, entry.name)
      return entry.isDirectory() ? inputFiles(path, skipped) : [path]
    })
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  await runScript(async () => {
    await ensureInstalled()
    await buildPackages()
  })
}
