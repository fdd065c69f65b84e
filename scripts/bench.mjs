/** `npm run bench`: installs, builds, and measures Hello beside what is written by hand. Arguments go on to `benchmarks/run.mjs`. Node built-ins only. */

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildPackages } from './build.mjs'
import { ensureInstalled } from './install.mjs'
import { runScript } from './progress.mjs'
import { root } from './workspace.mjs'

let isReady = false
await runScript(async () => {
  await ensureInstalled()
  await buildPackages()
  isReady = true
})
if (isReady) await import(pathToFileURL(join(root, 'benchmarks', 'run.mjs')).href)
