/** llms.txt (https://llmstxt.org): the pages for programs that read. Pure. */
import { routeOfLink } from './pages.mjs'

/** @typedef {import('../../docs/.vitepress/navigation.mjs').sections} Sections */

const opening = `# Hello

> A plugin framework for Telegram bots in TypeScript: typed dependencies between plugins, one PostgreSQL transaction for each update, updates that are never lost or doubled. Node 20.19 or later, ESM.
`

/** The list of pages. @param {Sections} sections */
export function llmsText(sections) {
  const parts = sections.map(
    ({ text, items }) =>
      `## ${text}\n\n${items.map((item) => `- [${item.text}](${fileOf(item.link)}): ${item.about}`).join('\n')}\n`,
  )
  return `${opening}\nAll of these pages but the API in one file: [llms-full.txt](llms-full.txt).\n\n${parts.join('\n')}`
}

/**
 * All pages but the API reference, one after the other.
 *
 * @param {Sections} sections
 * @param {(route: string) => string} read
 */
export function llmsFullText(sections, read) {
  const links = sections
    .flatMap(({ items }) => items.map(({ link }) => link))
    .filter((link) => link !== '/api/')
  return [opening, ...links.map((link) => withoutMarks(read(routeOfLink(link))))].join('\n')
}

function withoutMarks(text) {
  return `${text.replaceAll(/^<!-- .* -->\n+/gm, '').trim()}\n`
}

/** Relative: the site may stand in a folder of its host. */
function fileOf(link) {
  return link.endsWith('/') ? link.slice(1) : `${link.slice(1)}.html`
}
