/** Installs the dependencies as the lockfile names them, or finds that this is done. Node built-ins only: it runs on a fresh clone. */
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Failure, run, step, upToDate } from './progress.mjs'
import { notesDirectory, readManifest, readPackages, root } from './workspace.mjs'

/** The one version that reads our lockfile and our catalog. */
export const pnpm = 'pnpm@12.21.0'

const oldestNode = [20, 19]

/** Checks Node's version, then installs what is missing. */
export async function ensureInstalled() {
  refuseOldNode(process.versions.node)
  await step('install', install)
}

/** @param {string} version as `20.19.0` */
export function refuseOldNode(version) {
  const [major, minor] = version.split('.').map(Number)
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return
  throw new Failure(
    `Hello needs Node ${oldestNode.join('.')} or newer, and this is Node ${version}. Install a newer one from https://nodejs.org and try again.`,
  )
}

/** How to run a command of pnpm without pnpm on the machine. @param {string[]} args @returns {[string, string[], object]} */
export function pnpmCommand(args) {
  // npm ships beside Node, as a shell script that only a shell finds on Windows.
  return [
    'npx',
    ['--yes', pnpm, ...args],
    { cwd: root, shell: process.platform === 'win32', env: installEnvironment() },
  ]
}

async function install() {
  const stampFile = join(notesDirectory, 'install')
  const stamp = hashOf(['pnpm-lock.yaml', 'pnpm-workspace.yaml'])
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp && missingModules().length === 0)
    return upToDate
  rmSync(stampFile, { force: true })
  console.log(`install: ${pnpm} reads the lockfile; the first time takes a minute or two`)
  const [command, args, options] = pnpmCommand(['install', '--frozen-lockfile'])
  const { code } = await run(command, args, { ...options, stdio: ['ignore', 'inherit', 'inherit'] })
  if (code !== 0) throw new Failure(`The installation failed (exit code ${code}); its own words are above.`)
  const missing = missingModules()
  if (missing.length > 0) throw new Failure(`The installation left these out: ${missing.join(', ')}`)
  mkdirSync(notesDirectory, { recursive: true })
  writeFileSync(stampFile, stamp)
}

/** Dependencies that no folder of `node_modules` has: somebody removed them, or broke off an installation. */
function missingModules() {
  return [{ directory: root, manifest: readManifest(root) }, ...readPackages()].flatMap(
    ({ directory, manifest }) =>
      Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
        .filter((name) => !existsSync(join(directory, 'node_modules', name, 'package.json')))
        .map((name) => `${name} of ${manifest.name}`),
  )
}

function hashOf(files) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`)
  for (const file of files) hash.update(readFileSync(join(root, file)))
  return hash.digest('hex')
}

function installEnvironment() {
  // With CI set pnpm asks nothing, which matters where nobody can answer.
  const environment = { ...process.env, CI: 'true' }
  try {
    accessSync(homedir(), constants.W_OK)
  } catch {
    // A user without a home of their own, as in many containers: npm and pnpm keep their caches here.
    environment.HOME = join(notesDirectory, 'home')
    mkdirSync(environment.HOME, { recursive: true })
  }
  return environment
}
