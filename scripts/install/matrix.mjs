/** Every package manager under every Node: `@hello/core` and `@hello/plugin-users` in an empty folder, used from TypeScript and from JavaScript. */
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pnpm } from '../install.mjs'
import { Failure, step } from '../progress.mjs'
import { readVersionsOf } from './catalog.mjs'
import { openTerminal } from './terminal.mjs'

const consumer = fileURLToPath(new URL('consumer', import.meta.url))

/** How each one adds packages to a folder, and under which name npm has it. */
export const managers = {
  npm: { add: ['npm', 'install'] },
  // It refuses what wants to run a script unasked: esbuild, by tsx, which loads hello.config.ts.
  pnpm: { add: ['npx', '--yes', pnpm, 'add', '--allow-build=esbuild'] },
  // It takes a package that asks for a newer Node for an error; light-my-request, by fastify, asks for one.
  'yarn-1': { add: ['npx', '--yes', 'yarn@1.22.22', '--ignore-engines', 'add'] },
  'yarn-4': { add: ['npx', '--yes', '@yarnpkg/cli-dist@4.9.1', 'add'] },
}

/** @typedef {{ node: string, manager: keyof typeof managers }} Cell */

/**
 * One of them.
 *
 * @param {import('./registry.mjs').Registry} registry
 * @param {string} folder an empty one
 * @param {Cell} cell
 * @param {string} nodeFolder where that Node stands
 */
export async function tryCell(registry, folder, { node, manager }, nodeFolder) {
  await mkdir(folder, { recursive: true })
  await registry.serve(folder)
  await writeFile(join(folder, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }\n')
  // Its own file of locks says to yarn 4 that this is a project and not a part of one above it.
  await writeFile(join(folder, 'yarn.lock'), '')
  const terminal = openTerminal(folder, { CI: 'true', YARN_ENABLE_IMMUTABLE_INSTALLS: 'false' }, nodeFolder)
  const version = (await terminal.type('node', '--version')).trim()
  if (!version.startsWith(`v${node}.`)) throw new Failure(`This is Node ${version}, and not ${node}.`)
  const { add } = managers[manager]
  const { typescript, '@types/node': types } = readVersionsOf(['typescript', '@types/node'])
  await terminal.type(
    ...add,
    '@hello/core',
    '@hello/plugin-users',
    `typescript@${typescript}`,
    `@types/node@${types}`,
  )
  await cp(consumer, folder, { recursive: true })
  await terminal.type('node', 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.json')
  for (const file of ['consumer.mjs', 'consumer.cjs', 'out/consumer.js']) {
    const said = await terminal.type('node', file)
    if (!said.includes('users, consumer')) throw new Failure(`node ${file} said:\n${said}`)
  }
  await terminal.type('node', 'node_modules/@hello/core/dist/cli/main.js', '--version')
}

/** Brings a Node, as npm's package of that name has it. Gives the folder of its program. */
export async function installNode(folder, version) {
  const directory = join(folder, `node-${version}`)
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, 'package.json'), '{ "private": true, "allowScripts": { "node": true } }\n')
  await step(`Node ${version}`, () =>
    openTerminal(directory).type('npm', 'install', '--no-audit', '--no-fund', `node@${version}`),
  )
  return dirname(join(directory, 'node_modules', 'node', 'bin', 'node'))
}
