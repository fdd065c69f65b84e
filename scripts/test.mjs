/** `npm test`: installs, builds, and runs every test, on a clone that has nothing but Node. Arguments go on to vitest; the last line is its own count. Node built-ins only. */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildPackages } from './build.mjs'
import { ensureInstalled } from './install.mjs'
import { run, runScript } from './progress.mjs'
import { notesDirectory, root } from './workspace.mjs'

await runScript(async () => {
  await ensureInstalled()
  await buildPackages()
  const resultsFile = join(notesDirectory, 'test-results.json')
  rmSync(resultsFile, { force: true })
  const { code } = await run(
    process.execPath,
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${resultsFile}`,
      ...process.argv.slice(2),
    ],
    { cwd: root },
  )
  const counts = countResults(resultsFile)
  const executed = counts.passed + counts.failed
  if (executed === 0) console.log('No test was executed, which is a failure.')
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
  return code === 0 && (executed === 0 || counts.failed > 0) ? 1 : code
})

function countResults(file) {
  let results
  try {
    results = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    console.log('vitest ended without a report.')
    return { passed: 0, failed: 0, skipped: 0 }
  }
  // A file that could not be loaded or set up has no failed test to count, and is a failure all the same.
  const broken = results.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((result) => result.status === 'failed'),
  )
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + broken.length,
    skipped: results.numPendingTests + results.numTodoTests,
  }
}
