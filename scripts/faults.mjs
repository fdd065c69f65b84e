/** `npm run faults`: installs, builds, and puts the bot through every fault of the matrix. Arguments go on to `faults/run.ts`. Node built-ins only. */
import { buildPackages } from './build.mjs'
import { ensureInstalled } from './install.mjs'
import { run, runScript } from './progress.mjs'
import { root } from './workspace.mjs'

await runScript(async () => {
  await ensureInstalled()
  await buildPackages()
  const { code } = await run(
    process.execPath,
    ['--import', 'tsx', 'faults/run.ts', ...process.argv.slice(2)],
    {
      cwd: root,
    },
  )
  return code
})
