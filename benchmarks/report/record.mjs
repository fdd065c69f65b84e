/** Keeps a run: the page with its pictures, and the figures that later runs are compared with. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, release, totalmem, type } from 'node:os'
import { fileURLToPath } from 'node:url'
import { fillPage, measuredParts } from './page.mjs'
import { growthPicture, wholeJobPicture } from './pictures.mjs'

const fromRoot = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const pagePath = fromRoot('docs/performance.md')
const recordedPath = fromRoot('benchmarks/recorded.json')

/** The run that was recorded last; `undefined` where there is none. */
export function readRecorded() {
  return existsSync(recordedPath) ? JSON.parse(readFileSync(recordedPath, 'utf8')) : undefined
}

/** Where and of what a run is. @param {{ description: string }} databases @param {number} seconds */
export function describeRun({ description }, seconds) {
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commitOf(),
    machine: describeMachine(),
    node: process.versions.node,
    database: description,
    minutes: Math.ceil(seconds / 60),
  }
}

/** The processors, the memory and the system. */
export function describeMachine() {
  const [first, ...others] = cpus()
  const gigabytes = Math.round(totalmem() / 2 ** 30)
  return `${others.length + 1} × ${first?.model.trim() ?? 'unknown processor'}, ${gigabytes} GB, ${type()} ${release().split('-')[0]}`
}

/** Writes page, pictures and figures. @returns {string[]} the files */
export function record(results, summary, run) {
  const at32 = results.wholeJob.settings.find(({ name }) => name === 'webhook-32')
  const files = {
    [pagePath]: fillPage(readFileSync(pagePath, 'utf8'), measuredParts(results, summary, run)),
    [fromRoot('docs/images/performance-whole-job.svg')]: wholeJobPicture(at32),
    [fromRoot('docs/images/performance-growth.svg')]: growthPicture(
      results.growth,
      results.parts.alone.lanes,
    ),
    [recordedPath]: `${JSON.stringify({ ...run, summary }, null, 2)}\n`,
  }
  for (const [path, text] of Object.entries(files)) writeFileSync(path, text)
  format([pagePath, recordedPath])
  fillReadme()
  return Object.keys(files)
}

/** The README shows some of the recorded figures. What else may be wrong with the pages is the business of `npm run check`. */
function fillReadme() {
  spawnSync(process.execPath, [fromRoot('scripts/docs-check.mjs'), '--write'], { cwd: fromRoot('.') })
}

function commitOf() {
  const git = (...args) => execFileSync('git', args, { cwd: fromRoot('.'), encoding: 'utf8' }).trim()
  try {
    const isClean = git('status', '--porcelain', '--untracked-files=no') === ''
    return git('rev-parse', '--short=10', 'HEAD') + (isClean ? '' : ' with changes')
  } catch {
    return 'unknown'
  }
}

function format(paths) {
  const biome = createRequire(fromRoot('package.json')).resolve('@biomejs/biome/bin/biome')
  execFileSync(process.execPath, [biome, 'format', '--write', ...paths], {
    cwd: fromRoot('.'),
    stdio: 'pipe',
  })
}
