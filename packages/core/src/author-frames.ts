/** Finds in a stack the lines that an author of plugins knows: not Node's, not of an installed package, not core's own. Pure. */
import { fileURLToPath } from 'node:url'

// A source map shows what is built as what it was built of.
const ownPlaces = ['../src/', '../dist/'].flatMap((place) => {
  const { href } = new URL(place, import.meta.url)
  return [href, slashed(fileURLToPath(href))]
})

/** The lines, such as `    at add (/bot/src/notes.ts:12:5)`, innermost first. */
export function authorFrames(stack: string | undefined): string[] {
  return (stack ?? '').split('\n').filter(isAuthors)
}

function isAuthors(line: string): boolean {
  if (!/^ +at .*[\\/].*:\d+:\d+\)?$/.test(line)) return false
  const frame = slashed(line)
  if (frame.includes('node:') || frame.includes('/node_modules/')) return false
  return !ownPlaces.some((place) => frame.includes(place))
}

function slashed(path: string): string {
  return path.replaceAll('\\', '/')
}
