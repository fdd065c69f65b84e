/** `npm run check`: everything that can be said about the code without running it. Every check runs, every complaint is shown. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildPackages } from './build.mjs'
import { ensureInstalled, pnpmCommand } from './install.mjs'
import { duration, Failure, run, runScript, say } from './progress.mjs'
import { notesDirectory, readPackages, root } from './workspace.mjs'

const playgroundPage = 'packages/testing/src/playground/page'

/** The checks in order, cheap ones first. Each gives its complaints as text; none when all is well. */
const checks = [
  [
    'format and lint (biome)',
    () => tool('@biomejs/biome', 'biome', ['check', '--max-diagnostics=none', '.']),
  ],
  ['types (tsc)', () => tool('typescript', 'tsc', ['--noEmit', '--pretty', 'false'])],
  // Apart from the rest: a page knows a browser and no Node.
  [
    'types of the playground page (tsc)',
    () => tool('typescript', 'tsc', ['--noEmit', '--pretty', 'false', '-p', playgroundPage]),
  ],
  [
    'import floors and rings',
    async () => (await import('./rules/import-floors.mjs')).checkImports(sources()).join('\n'),
  ],
  ['source rules', async () => (await import('./rules/source-rules.mjs')).checkSources(sources()).join('\n')],
  [
    'pages: examples, tables, links (docs)',
    async () => (await (await import('./docs-check.mjs')).checkPages()).join('\n'),
  ],
  [
    'error codes thrown and provoked',
    async () => (await (await import('./docs-check.mjs')).checkErrorCodes()).join('\n'),
  ],
  [
    'docstrings of everything exported (typedoc)',
    async () => (await (await import('./site/api.mjs')).checkDocstrings()).join('\n'),
  ],
  // Without packageManager: with it, pnpm wants itself in the lockfile. The version stands in install.mjs.
  [
    'one version of everything (sherif)',
    () => tool('sherif', 'sherif', ['-r', 'root-package-manager-field']),
  ],
  ['unused files, exports, dependencies (knip)', () => tool('knip', 'knip', ['--no-progress'])],
  ['build', build],
  [
    'types of the example against the built packages (tsc)',
    () => tool('typescript', 'tsc', ['--noEmit', '--pretty', 'false', '-p', 'examples/hello-bot']),
  ],
  ['packages as published (publint, attw)', checkTarballs],
  ['size of each entry (size-limit)', () => tool('size-limit', 'size-limit', ['--silent'])],
  [
    'public surface as reviewed (api-extractor)',
    async () => (await import('./api-reports.mjs')).checkApiReports().join('\n'),
  ],
]

await runScript(async () => {
  await ensureInstalled()
  let failures = 0
  for (const [name, check] of checks) {
    const begin = performance.now()
    const complaints = (await complaintsOf(check)).trim()
    say(name, complaints === '' ? `ok    ${duration(begin)}` : `FAILED ${duration(begin)}`)
    if (complaints === '') continue
    failures += 1
    console.log(`\n${complaints.replaceAll(/^/gm, '  ')}\n`)
  }
  console.log(failures === 0 ? '\nEvery check passed.' : `\n${failures} of ${checks.length} checks failed.`)
  return failures === 0 ? 0 : 1
})

/** A check that cannot even be made is a complaint; the others go on. */
async function complaintsOf(check) {
  try {
    return await check()
  } catch (error) {
    return error instanceof Failure ? error.message : error.stack
  }
}

/** Runs a tool that is installed at the root. */
async function tool(name, bin, args, cwd = root) {
  const directory = join(root, 'node_modules', name)
  const { bin: bins } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  const file = join(directory, typeof bins === 'string' ? bins : bins[bin])
  const { code, output } = await run(process.execPath, [file, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return code === 0 ? '' : output || `${bin} ended with exit code ${code}`
}

/** Every source file of packages and examples, as the rules take them. */
function sources() {
  return readPackages().flatMap(({ directory }) => {
    const folder = join(directory, 'src')
    return filesBelow(folder)
      .filter((path) => /\.tsx?$/.test(path))
      .map((path) => ({
        path: path.slice(root.length).replaceAll('\\', '/'),
        text: readFileSync(path, 'utf8'),
      }))
  })
}

function filesBelow(directory) {
  if (!existsSync(directory)) return []
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name)
    return entry.isDirectory() ? filesBelow(path) : [path]
  })
}

async function build() {
  await buildPackages()
  return ''
}

/** Looks at the tarballs that npm would get, with the workspace's versions filled in. */
async function checkTarballs() {
  const folder = join(notesDirectory, 'tarballs')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const [command, args, options] = pnpmCommand([
    '-r',
    '--filter',
    './packages/*',
    'pack',
    '--pack-destination',
    folder,
  ])
  const { code, output } = await run(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  if (code !== 0) return output
  const complaints = []
  for (const name of readdirSync(folder)) {
    const tarball = join(folder, name)
    complaints.push(await tool('publint', 'publint', ['run', tarball, '--strict']))
    complaints.push(
      await tool('@arethetypeswrong/cli', 'attw', [tarball, '--profile', 'esm-only', '--no-emoji']),
    )
  }
  return complaints.filter((text) => text !== '').join('\n')
}
