#!/usr/bin/env node
/** The `hello` command: the one file, with those beside it, that owns the process. Loads the rest once Node is known to bear it. */
import { nodeTooOld } from './node-version.js'
import { keepYoungSpaceSmall } from './young-space.js'

/** What keeps the process alive after an orderly end gets this long; it is a plugin's. */
const lingerMs = 1_000

const tooOld = nodeTooOld(process.versions.node)
if (tooOld === undefined) {
  keepYoungSpaceSmall()
  const { runCommandLine } = await import('./command-line.js')
  process.exitCode = await runCommandLine(process.argv.slice(2))
  setTimeout(() => process.exit(), lingerMs).unref()
} else {
  process.stderr.write(`${tooOld.code}: ${tooOld.message}\n`)
  process.exitCode = 64
}
