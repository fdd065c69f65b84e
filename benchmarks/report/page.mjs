/** Writes what was measured into the page: between `<!-- measured name -->` and `<!-- end measured -->`. Pure. */
import { inboxShareOf } from './summary.mjs'
import {
  goalsTable,
  growthTables,
  lanesTable,
  layersTable,
  partsTable,
  startUpTable,
  toMarkdown,
  wholeJobTables,
} from './tables.mjs'

const marked = /<!-- measured (?<name>[\w-]+) -->\n[\s\S]*?<!-- end measured -->/g

/**
 * The page with its measured parts as they are now.
 *
 * @param {string} page
 * @param {Record<string, string>} measured texts by name
 * @throws Error a part of the page is not measured, or one that is measured has no place in it
 */
export function fillPage(page, measured) {
  const placed = new Set()
  const filled = page.replaceAll(marked, (...found) => {
    const { name } = found.at(-1)
    if (measured[name] === undefined)
      throw new Error(`The page has a place for "${name}", which is not measured.`)
    placed.add(name)
    return `<!-- measured ${name} -->\n\n${measured[name]}\n\n<!-- end measured -->`
  })
  const lost = Object.keys(measured).filter((name) => !placed.has(name))
  if (lost.length > 0) throw new Error(`The page has no place for: ${lost.join(', ')}.`)
  return filled
}

/** The measured parts of the page. */
export function measuredParts({ wholeJob, parts, growth, startUp }, summary, run) {
  return {
    run: runText(run),
    summary: toMarkdown(goalsTable(summary)),
    'whole-job': `![Bars of updates per second and CPU time per update](images/performance-whole-job.svg)\n\n${titled(wholeJobTables(wholeJob))}`,
    layers: toMarkdown(layersTable(parts)),
    parts: toMarkdown(partsTable(parts, inboxShareOf(wholeJob))),
    growth: `![Curves of the cost of an update](images/performance-growth.svg)\n\n${titled([...growthTables(growth), lanesTable(parts)])}`,
    'start-up': toMarkdown(startUpTable(startUp)),
  }
}

function runText({ date, commit, machine, node, database, minutes }) {
  return `Measured on ${date} at commit \`${commit}\`, in ${minutes} minutes: ${machine}, Node ${node}, ${database}.`
}

const titled = (tables) => tables.map((table) => `### ${table.title}\n\n${toMarkdown(table)}`).join('\n\n')
