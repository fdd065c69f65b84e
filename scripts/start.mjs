/** `npm start`: installs, builds, and runs hello-bot in development, on a clone that has nothing but Node. Arguments go on to `hello dev`. Node built-ins only. */
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

if (isReady) {
  // One process: a look at Hello needs no watch over its sources, and a second process costs some 70 MB.
  // The command line runs in this process, not below it: a signal then has one receiver, and its exit code is ours.
  const cli = join(root, 'packages', 'core', 'dist', 'cli', 'main.js')
  process.chdir(join(root, 'examples', 'hello-bot'))
  process.argv.splice(1, process.argv.length, cli, 'dev', '--no-watch', ...process.argv.slice(2))
  await import(pathToFileURL(cli).href)
}
