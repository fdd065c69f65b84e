/** `npm run docs`: lays the pages of the site into docs/.vitepress/pages, and builds it into docs/.vitepress/dist. `--serve` shows it then, `--keep-api` takes the API reference of the last run. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { ensureInstalled } from './install.mjs'
import { Failure, runScript, step, upToDate } from './progress.mjs'
import { folderPage, isPicture, routeOf, sourcePage, sourceRoute, withSiteLinks } from './site/pages.mjs'
import { root } from './workspace.mjs'

const site = join(root, 'docs', '.vitepress')
const pages = join(site, 'pages')
const api = join(pages, 'api')
const keepApi = process.argv.includes('--keep-api')

await runScript(async () => {
  await ensureInstalled()
  removePages()
  await step('pages', writePages)
  await step('API (typedoc)', makeApi)
  await step('llms.txt', writeLlms)
  await step('site (vitepress)', build)
  console.log(`\nThe site is in ${join(site, 'dist')}.`)
  if (process.argv.includes('--serve')) await serve()
})

function removePages() {
  if (!existsSync(pages)) return
  for (const name of readdirSync(pages)) {
    if (name !== 'api' || !keepApi) rmSync(join(pages, name), { recursive: true, force: true })
  }
}

async function makeApi() {
  if (keepApi && existsSync(api)) return upToDate
  const { writeApi } = await import('./site/api.mjs')
  await writeApi(pages, api)
}

/** Pages with the links of the site, and whatever else they lead to. */
async function writePages() {
  const { readPages } = await import('./docs-check.mjs')
  const { home } = await import('../docs/.vitepress/home.mjs')
  // JSON is YAML as well.
  write('index.md', `---\n${JSON.stringify(home, null, 2)}\n---\n`)
  const wanted = readPages()
    .filter(({ path }) => routeOf(path) !== undefined)
    .flatMap((page) => {
      const { text, linked } = withSiteLinks(page, kindOf)
      write(routeOf(page.path), text)
      return linked
    })
  showSources(wanted)
  for (const path of [home.picture.src, home.picture.dark]) copyPicture(`docs${path}`)
}

/** Files and folders that pages lead to, and what those folders hold. */
function showSources(wanted) {
  const shown = new Set()
  for (const path of wanted) {
    if (shown.has(path)) continue
    shown.add(path)
    if (isPicture(path)) copyPicture(path)
    else if (kindOf(path) === 'folder') {
      const entries = entriesOf(path)
      write(sourceRoute(path, true), folderPage(path, entries))
      wanted.push(...entries.map(({ name }) => `${path}/${name}`))
    } else write(sourceRoute(path, false), sourcePage(path, readFileSync(join(root, path), 'utf8')))
  }
}

function entriesOf(path) {
  return readdirSync(join(root, path), { withFileTypes: true })
    .filter(({ name }) => !['node_modules', 'dist', '.hello'].includes(name))
    .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
}

/** Into the folder whose files stay under their names. */
function copyPicture(path) {
  const target = join(pages, 'public', path.replace(/^docs\//, ''))
  mkdirSync(dirname(target), { recursive: true })
  copyFileSync(join(root, path), target)
}

async function writeLlms() {
  const { llmsText, llmsFullText } = await import('./site/llms.mjs')
  const { sections } = await import('../docs/.vitepress/navigation.mjs')
  const read = (route) => readFileSync(join(pages, route), 'utf8')
  write('public/llms.txt', llmsText(sections))
  write('public/llms-full.txt', llmsFullText(sections, read))
}

/** A dead link is a failure; vitepress has said by then which it is. */
async function build() {
  const { build: buildSite } = await import('vitepress')
  try {
    await buildSite(join(root, 'docs'))
  } catch (error) {
    throw new Failure(`The site could not be built: ${error.message}`)
  }
}

async function serve() {
  const { serve: serveSite } = await import('vitepress')
  await serveSite({ root: join(root, 'docs'), port: 4173 })
}

function kindOf(path) {
  const full = join(root, path)
  if (!existsSync(full)) return undefined
  return statSync(full).isDirectory() ? 'folder' : 'file'
}

function write(route, text) {
  const path = join(pages, route)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
