/** `npm run check:install`: publishes every package into a registry on this machine and installs from it as people do. `--quick`: one bot, from `npm create` on. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildPackages } from './build.mjs'
import { ensureInstalled } from './install.mjs'
import { Failure, runScript, say, step } from './progress.mjs'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: 'bot,plugin,matrix' },
    node: { type: 'string', default: '20,22,24' },
    with: { type: 'string', default: 'npm,pnpm,yarn-1,yarn-4' },
  },
})

const parts = {
  bot: async (registry, folder) => (await import('./install/session.mjs')).runBotSession(registry, folder),
  plugin: async (registry, folder) =>
    (await import('./install/session.mjs')).runPluginSession(registry, folder),
  image: async (registry, folder) => (await import('./install/image.mjs')).runImageSession(registry, folder),
  matrix,
}

await runScript(async () => {
  const chosen = values.quick ? ['bot'] : chosenFrom('only', Object.keys(parts))
  await ensureInstalled()
  await buildPackages()
  // Not before: a fresh clone has none of what these need.
  const { publishPackages, startRegistry } = await import('./install/registry.mjs')
  const folder = await mkdtemp(join(tmpdir(), 'hello-install-'))
  const registry = await startRegistry()
  try {
    await step('changeset publish', () => publishPackages(registry))
    for (const part of chosen) {
      await mkdir(join(folder, part))
      await parts[part](registry, join(folder, part))
    }
  } finally {
    await registry.stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
})

async function matrix(registry, folder) {
  const { installNode, managers, tryCell } = await import('./install/matrix.mjs')
  const { Interrupted } = await import('./install/terminal.mjs')
  const chosen = chosenFrom('with', Object.keys(managers))
  const failures = []
  for (const node of values.node.split(',')) {
    const nodeFolder = await installNode(folder, node)
    for (const manager of chosen) {
      const cell = { node, manager }
      try {
        await step(`Node ${node}, ${manager}`, () =>
          tryCell(registry, join(folder, `${node}-${manager}`), cell, nodeFolder),
        )
      } catch (error) {
        if (!(error instanceof Failure) || error instanceof Interrupted) throw error
        say(`Node ${node}, ${manager}`, `FAILED\n${error.message}`)
        failures.push(`Node ${node}, ${manager}`)
      }
    }
  }
  if (failures.length > 0) throw new Failure(`These failed: ${failures.join('; ')}.`)
}

function chosenFrom(option, known) {
  const names = values[option].split(',')
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length === 0) return names
  throw new Failure(`--${option} takes ${known.join(', ')}, and not ${unknown.join(', ')}.`)
}
