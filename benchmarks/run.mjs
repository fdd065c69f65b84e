/** `npm run bench`: Hello beside what is written by hand, interleaved in one run; its parts, its growth and its start. */
import { createBuilds } from './harness/builds.mjs'
import { createCpuWatch } from './harness/cpu-watch.mjs'
import { startDatabases } from './harness/database.mjs'
import { readOptions, UsageError, usage } from './options.mjs'
import { compare } from './report/goals.mjs'
import { describeMachine, describeRun, readRecorded, record } from './report/record.mjs'
import { inboxShareOf, summarize } from './report/summary.mjs'
import {
  goalsTable,
  growthTables,
  lanesTable,
  layersTable,
  partsTable,
  startUpTable,
  toText,
  wholeJobTables,
} from './report/tables.mjs'
import { measureGrowth } from './sections/growth.mjs'
import { measureParts } from './sections/parts.mjs'
import { measureStartUp } from './sections/start-up.mjs'
import { measureWholeJob, selectSettings } from './sections/whole-job.mjs'

/** How long disturbed rounds are repeated: a run has to end on a busy machine too. A quick run only says of them. */
const repeatSeconds = 14 * 60

const elapsedSeconds = () => performance.now() / 1000
const say = (text) => console.error(`${String(Math.round(elapsedSeconds())).padStart(5)} s  ${text}`)

try {
  const options = readOptions(process.argv.slice(2))
  if (options.help) console.log(usage)
  else await main(options)
} catch (error) {
  console.error(error instanceof UsageError ? `${error.message}\n\n${usage}` : error)
  process.exitCode = 1
}

async function main(options) {
  const minutes = readRecorded()?.minutes ?? 15
  if (options.isQuick) say(`A quick run: its figures are a hint. A full run takes about ${minutes} minutes.`)
  else if (options.sections.length === 4)
    say(`A full run takes about ${minutes} minutes on a machine that does nothing else.`)
  const databases = await startDatabases()
  let builds
  let results
  try {
    say(databases.description)
    if (needsBuilds(options)) builds = await createBuilds()
    results = await measure(options, databases, builds)
  } finally {
    await databases.stop()
    await builds?.remove()
  }
  const summary = summarize(results)
  for (const table of tablesOf(results, summary)) console.log(`\n${toText(table)}`)
  say('done')
  if (options.record) {
    const files = record(results, summary, describeRun(databases, elapsedSeconds()))
    console.log(`\nWritten:\n${files.join('\n')}`)
  }
  if (options.check) check(summary, options)
  if (options.json) console.log(JSON.stringify(summary))
}

function needsBuilds({ sections, peers }) {
  return (
    sections.includes('parts') ||
    (sections.includes('whole-job') && peers.some(({ name }) => name === 'hello-without-inbox'))
  )
}

async function measure({ isQuick, sections, peers, mode, inFlight }, databases, builds) {
  const common = {
    isQuick,
    rounds: isQuick ? 3 : 5,
    databases,
    builds,
    cpuWatch: createCpuWatch(databases.postmasterPid),
    mayRepeat: () => !isQuick && elapsedSeconds() < repeatSeconds,
    say,
  }
  const built = peers.map((peer) =>
    peer.name === 'hello-without-inbox' ? { ...peer, script: builds?.withoutInbox } : peer,
  )
  const chosen = selectSettings({ isQuick, mode, inFlight })
  const is = (section) => sections.includes(section)
  return {
    wholeJob: is('whole-job') ? await measureWholeJob({ ...common, peers: built, chosen }) : undefined,
    parts: is('parts') ? await measureParts(common) : undefined,
    growth: is('growth') ? await measureGrowth(common) : undefined,
    startUp: is('start-up') ? await measureStartUp(common) : undefined,
  }
}

function tablesOf({ wholeJob, parts, growth, startUp }, summary) {
  return [
    ...(wholeJob ? wholeJobTables(wholeJob) : []),
    ...(parts ? [layersTable(parts), partsTable(parts, inboxShareOf(wholeJob))] : []),
    ...(growth ? growthTables(growth) : []),
    ...(parts ? [lanesTable(parts)] : []),
    ...(startUp ? [startUpTable(startUp)] : []),
    goalsTable(summary),
  ]
}

function check(summary, { isQuick }) {
  const recorded = readRecorded()
  if (recorded === undefined) {
    console.log('\nNothing is recorded yet to compare with: npm run bench -- --record')
    return
  }
  const isSameMachine = recorded.machine === describeMachine()
  // So few rounds are off by more.
  const compared = compare(recorded.summary, summary, { isSameMachine, tolerance: isQuick ? 2 : 1 })
  const slower = compared.filter(({ isSlower }) => isSlower)
  const rows = compared.map(({ label, recorded: before, current, change, isSlower }) => [
    label,
    String(before),
    String(current),
    `${change > 0 ? 'worse' : 'better'} by ${Math.abs(change * 100).toFixed(0)} %`,
    isSlower ? 'SLOWER' : 'ok',
  ])
  console.log(
    `\n${toText({ title: `Compared with ${recorded.date}, ${recorded.commit}`, head: ['figure', 'recorded', 'now', 'change', ''], rows })}`,
  )
  console.log(
    slower.length === 0 ? 'Nothing got slower.' : `Slower: ${slower.map(({ label }) => label).join('; ')}`,
  )
  if (slower.length > 0) process.exitCode = 1
}
