/** The pages of the repository against its code: blocks, tables, links and error codes. `node scripts/docs-check.mjs --write` brings blocks and tables up to date. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { tsImport } from 'tsx/esm/api'
import { sections } from '../docs/.vitepress/navigation.mjs'
import { fillPage } from './docs-blocks.mjs'
import { checkCodes, errorTables, variableTable } from './docs-codes.mjs'
import { commandPages, exitCodeTable } from './docs-commands.mjs'
import { checkLinks } from './docs-links.mjs'
import { speedTable, tableBelow } from './docs-measured.mjs'
import { runScript } from './progress.mjs'
import { checkNavigation } from './site/pages.mjs'
import { root } from './workspace.mjs'

const core = join(root, 'packages', 'core', 'src')

/** Pages that keep their own examples. */
const withoutMarkedBlocks = ['packages/testing/README.md']

/** What is wrong with the pages. @returns {Promise<string[]>} */
export async function checkPages() {
  const pages = readPages()
  const filled = await fillPages(pages)
  return [
    ...filled.flatMap(({ path, text, page, complaints }) => [
      ...complaints.map((complaint) => `${path}: ${complaint}`),
      ...(page === text ? [] : [`${path} is stale; run: node scripts/docs-check.mjs --write`]),
    ]),
    ...checkLinks(pages, (path) => existsSync(join(root, path))),
    ...checkNavigation(
      sections,
      pages.map(({ path }) => path),
    ),
  ]
}

/** Codes that are not thrown, or not provoked. @returns {Promise<string[]>} */
export async function checkErrorCodes() {
  const { errorCodes } = await load('errors.ts')
  const isTest = (path) => path.endsWith('.test.ts')
  const sources = filesBelow(core, '.ts').filter((path) => !isTest(path) && path !== join(core, 'errors.ts'))
  const tests = ['packages', 'examples', 'docs', 'test'].flatMap((folder) =>
    filesBelow(join(root, folder), '.ts').filter(isTest),
  )
  return checkCodes(Object.keys(errorCodes), sources.map(readText), tests.map(readText))
}

async function fillPages(pages) {
  const generated = await generatedParts()
  const read = (path) => (existsSync(join(root, path)) ? readText(join(root, path)) : undefined)
  return pages
    .filter(({ path }) => !withoutMarkedBlocks.includes(path))
    .map(({ path, text }) => ({ path, text, ...fillPage(text, read, generated) }))
}

async function generatedParts() {
  const { errorCodes } = await load('errors.ts')
  const { environmentVariables } = await load('config/variables.ts')
  const { createCommands } = await load('cli/commands.ts')
  const { exitCodes } = await load('cli/exit-codes.ts')
  return {
    commands: commandPages(createCommands({ terminal: {} })),
    'exit-codes': exitCodeTable(exitCodes),
    errors: errorTables(readText(join(core, 'errors.ts')), errorCodes),
    variables: variableTable(environmentVariables),
    kills: tableBelow(readText(join(root, 'docs', 'reliability.md')), 'Beside others'),
    speed: speedTable(readRecorded()),
  }
}

/** The last run of the benchmark that was kept. */
function readRecorded() {
  const path = join(root, 'benchmarks', 'recorded.json')
  return existsSync(path) ? JSON.parse(readText(path)) : undefined
}

/** Every page that people read, as `docs-links.mjs` takes it. */
export function readPages() {
  const files = ['.changeset', 'docs', 'examples', 'packages', 'scripts'].flatMap((folder) =>
    filesBelow(join(root, folder), '.md'),
  )
  return ['README.md', 'CONTRIBUTING.md', 'SECURITY.md']
    .map((name) => join(root, name))
    .filter((path) => existsSync(path))
    .concat(files)
    .map((path) => ({ path: relative(root, path).split(sep).join('/'), text: readText(path) }))
}

function filesBelow(directory, extension) {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : filesBelow(path, extension)
    return entry.name.endsWith(extension) ? [path] : []
  })
}

// Reports of the public surface (api) are made of the built types alone.
const skipped = new Set(['node_modules', 'dist', '.hello', 'coverage', 'api', '.vitepress'])

/** A module of core, without a build. */
function load(path) {
  return tsImport(`./${path}`, pathToFileURL(`${core}/`).href)
}

function readText(path) {
  return readFileSync(path, 'utf8')
}

async function writePages() {
  for (const { path, text, page } of await fillPages(readPages())) {
    if (page === text) continue
    writeFileSync(join(root, path), page)
    console.log(`written: ${path}`)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runScript(async () => {
    if (process.argv.includes('--write')) await writePages()
    const complaints = [...(await checkPages()), ...(await checkErrorCodes())]
    for (const complaint of complaints) console.log(complaint)
    return complaints.length === 0 ? 0 : 1
  })
}
