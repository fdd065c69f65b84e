/** Links between the pages: each leads to a file that is there, and to a heading of it. Pure: takes texts, gives complaints. */
import { posix } from 'node:path'

/** @typedef {{ path: string, text: string }} Page path from the repository's root, with slashes */

/**
 * Complaints about relative links that lead nowhere, and about addresses of the reader's own machine, which the site takes for dead links.
 *
 * @param {Page[]} pages
 * @param {(path: string) => boolean} exists of a file or folder, from the repository's root
 * @returns {string[]}
 */
export function checkLinks(pages, exists) {
  const headings = new Map(pages.map(({ path, text }) => [path, anchorsOf(text)]))
  return pages.flatMap(({ path, text }) => [
    ...localAddressesOf(text).map(
      (address) => `${path} has ${address} outside of code: put it into backticks`,
    ),
    ...linksOf(text).flatMap((link) => {
      const [file, anchor] = link.split('#')
      const target = file === '' ? path : posix.join(posix.dirname(path), decodeURI(file))
      if (!exists(target)) return `${path} links to ${link}, which is not there`
      if (anchor && headings.has(target) && !headings.get(target).has(anchor))
        return `${path} links to ${link}, and ${target} has no such heading`
      return []
    }),
  ])
}

/** An address without a link around it becomes one. */
function localAddressesOf(text) {
  return withoutCode(text).match(/https?:\/\/localhost[\w:/.-]*/g) ?? []
}

function linksOf(text) {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link)
    .filter((link) => !/^[a-z][a-z0-9+.-]*:/i.test(link))
}

/** The anchors of headings, as GitHub makes them. */
function anchorsOf(text) {
  return new Set(
    [...withoutCode(text, { inline: false }).matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(/\s/g, '-'),
    ),
  )
}

function withoutCode(text, { inline = true } = {}) {
  const rest = text.replaceAll(/^(`{3,})[\s\S]*?^\1$/gm, '')
  return inline ? rest.replaceAll(/`[^`\n]*`/g, '') : rest
}
