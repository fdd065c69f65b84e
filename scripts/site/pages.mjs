/** Which files of the repository are pages of the site, and where their links lead there. Pure: takes texts and paths, gives the same. */
import { posix } from 'node:path'

/** Pages that stand elsewhere than in `docs`. */
const pagesElsewhere = {
  'CONTRIBUTING.md': 'contributing.md',
  'SECURITY.md': 'security.md',
  'scripts/README.md': 'scripts.md',
  '.changeset/README.md': 'changesets.md',
}

/**
 * Where a file of the repository is a page of the site, from the site's root.
 *
 * @param {string} path from the repository's root, with slashes
 * @returns {string | undefined} undefined where it is no page
 */
export function routeOf(path) {
  if (path in pagesElsewhere) return pagesElsewhere[path]
  const readme = /^(packages|examples)\/([^/]+)\/README\.md$/.exec(path)
  if (readme) return `${readme[1]}/${readme[2]}.md`
  if (!/^docs\/.*\.md$/.test(path)) return undefined
  return path.slice('docs/'.length).replace(/(^|\/)README\.md$/, '$1index.md')
}

/**
 * Entries of the navigation that are no pages, and pages of `docs` that nobody finds since no entry leads to them.
 *
 * @param {{ items: { link: string }[] }[]} sections
 * @param {string[]} paths of pages, from the repository's root
 * @returns {string[]}
 */
export function checkNavigation(sections, paths) {
  const routes = new Map(paths.map((path) => [routeOf(path), path]))
  const named = new Set(sections.flatMap(({ items }) => items.map(({ link }) => routeOfLink(link))))
  const lost = [...named].filter((route) => route !== 'api/index.md' && !routes.has(route))
  // Decisions are listed by a page of their own.
  const unnamed = [...routes].filter(
    ([route, path]) => path.startsWith('docs/') && !route.startsWith('decisions/') && !named.has(route),
  )
  return [
    ...lost.map((route) => `docs/.vitepress/navigation.mjs names ${route}, which is no page`),
    ...unnamed.map(([, path]) => `${path} stands in no section of docs/.vitepress/navigation.mjs`),
  ]
}

/** The page that an entry of the navigation leads to. @param {string} link such as `/start` or `/decisions/` */
export function routeOfLink(link) {
  return link.endsWith('/') ? `${link.slice(1)}index.md` : `${link.slice(1)}.md`
}

/** Where a file or folder that is no page is shown; vitepress sees nothing whose name begins with a dot. @param {string} path @param {boolean} isFolder */
export function sourceRoute(path, isFolder) {
  return `source/${path.replaceAll(/(^|\/)\./g, '$1dot-')}${isFolder ? '/index' : ''}.md`
}

/**
 * A page with its links as the site has them: to pages, to files that are shown as they are, to pictures.
 *
 * @param {{ path: string, text: string }} page
 * @param {(path: string) => 'file' | 'folder' | undefined} kindOf of a path from the repository's root
 * @returns {{ text: string, linked: string[] }} `linked` are the paths that are no pages and are to be there
 */
export function withSiteLinks({ path, text }, kindOf) {
  const linked = []
  const replaced = outsideCode(text, (part) =>
    part.replaceAll(/\]\(([^)\s]+)\)/g, (found, link) => {
      if (/^([a-z][a-z0-9+.-]*:|#|\/)/i.test(link)) return found
      const [file, anchor] = link.split('#')
      const target = posix.join(posix.dirname(path), decodeURI(file)).replace(/\/$/, '')
      return `](/${targetRoute(target, kindOf, linked)}${anchor === undefined ? '' : `#${anchor}`})`
    }),
  )
  return { text: replaced, linked }
}

/** Where a link leads; a link to nothing is left to the check for dead links. */
function targetRoute(target, kindOf, linked) {
  if (target === 'README.md') return 'index.md'
  const isFolder = kindOf(target) === 'folder'
  const page = routeOf(isFolder ? `${target}/README.md` : target)
  if (page !== undefined && kindOf(isFolder ? `${target}/README.md` : target) === 'file') return page
  if (kindOf(target) === undefined) return target
  linked.push(target)
  return isPicture(target) ? target.replace(/^docs\//, '') : sourceRoute(target, isFolder)
}

/** @param {string} path */
export function isPicture(path) {
  return /\.(png|svg|jpe?g)$/.test(path)
}

/**
 * The page that shows a file as it is.
 *
 * @param {string} path
 * @param {string} text
 */
export function sourcePage(path, text) {
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)))
  return `${frontmatter(path)}# ${posix.basename(path)}\n\n\`${path}\` of the repository.\n\n${fence}${languageOf(path)}\n${text.trimEnd()}\n${fence}\n`
}

/**
 * The page that lists a folder.
 *
 * @param {string} path
 * @param {{ name: string, isFolder: boolean }[]} entries
 */
export function folderPage(path, entries) {
  const lines = entries.map(
    ({ name, isFolder }) => `- [${name}](/${sourceRoute(posix.join(path, name), isFolder)})`,
  )
  return `${frontmatter(path)}# ${posix.basename(path)}\n\nThe folder \`${path}\` of the repository.\n\n${lines.join('\n')}\n`
}

function frontmatter(path) {
  return `---\ntitle: ${JSON.stringify(path)}\nsearch: false\naside: false\n---\n\n`
}

function languageOf(path) {
  const extension = posix.extname(path).slice(1)
  return (
    { mjs: 'js', cjs: 'js', conf: 'nginx', service: 'ini', yml: 'yaml', dockerignore: '' }[extension] ??
    extension
  )
}

function outsideCode(text, replace) {
  return text
    .split(/(^(?:`{3,})[\s\S]*?^`{3,}$|`[^`\n]*`)/m)
    .map((part, index) => (index % 2 === 0 ? replace(part) : part))
    .join('')
}

/** The anchor of a heading, as GitHub makes it, so that a link is right in both places. @param {string} heading */
export function anchorOf(heading) {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-')
}
