/** What a run is asked to do, read from the command line. Pure. */
import { parseArgs } from 'node:util'
import { peers, selectPeers } from './peers/peers.mjs'

/** What was typed cannot be done; the message says why. */
export class UsageError extends Error {}

/** What is measured, in this order. */
export const sectionNames = ['whole-job', 'parts', 'growth', 'start-up']

export const usage = `npm run bench -- [options]

  --quick               fewer rounds, one setting, the ends of the curves: under two minutes
  --section a,b         of: ${sectionNames.join(', ')}
  --only a,b            the whole job of these peers alone
  --mode MODE           webhook or polling
  --in-flight N         how many updates are on their way at once
  --json                the last line is the summary as JSON
  --check               compares with the recorded run; exit code 1 where something got slower
  --record              writes docs/performance.md, its pictures and benchmarks/recorded.json
  --help`

const known = {
  quick: { type: 'boolean', default: false },
  section: { type: 'string' },
  only: { type: 'string' },
  mode: { type: 'string' },
  'in-flight': { type: 'string' },
  json: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  record: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
}

/**
 * @param {string[]} args
 * @throws UsageError
 */
export function readOptions(args) {
  const values = parse(args)
  const { quick: isQuick, mode, record, check, json, help } = values
  const only = readPeers(values.only)
  const inFlight = readInFlight(values['in-flight'])
  if (mode !== undefined && mode !== 'webhook' && mode !== 'polling')
    throw new UsageError(`--mode is "${mode}". Use webhook or polling.`)
  const isNarrow = only !== undefined || mode !== undefined || inFlight !== undefined
  const sections = readSections(values.section, isNarrow ? ['whole-job'] : sectionNames)
  if (record && (isQuick || isNarrow || sections.length < sectionNames.length)) {
    throw new UsageError(
      '--record keeps a full run: leave --quick, --section, --only, --mode and --in-flight out.',
    )
  }
  return { isQuick, sections, peers: selectPeers(only), mode, inFlight, json, check, record, help }
}

function readInFlight(text) {
  if (text === undefined) return undefined
  if (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 500) return Number(text)
  throw new UsageError(`--in-flight is "${text}". Use a whole number from 1 to 500.`)
}

function readSections(text, usual) {
  if (text === undefined) return usual
  const asked = text.split(',')
  const unknown = asked.find((name) => !sectionNames.includes(name))
  if (unknown !== undefined)
    throw new UsageError(`There is no section "${unknown}". There are: ${sectionNames.join(', ')}.`)
  return sectionNames.filter((name) => asked.includes(name))
}

function parse(args) {
  try {
    return parseArgs({ args, options: known }).values
  } catch (error) {
    throw new UsageError(error.message)
  }
}

function readPeers(text) {
  const names = text?.split(',')
  const unknown = names?.find((name) => peers.every((peer) => peer.name !== name))
  if (unknown === undefined) return names
  throw new UsageError(
    `There is no peer "${unknown}". There are: ${peers.map(({ name }) => name).join(', ')}.`,
  )
}
