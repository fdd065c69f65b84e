/** `hello migrate create`: writes a typed migration into a plugin of the project, under the next number, and registers it. */
import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { UsageError } from '../errors.js'
import { loadApp } from './load-app.js'
import { type Registration, registerMigration } from './register-migration.js'
import type { Terminal } from './terminal.js'

/** Which one. */
export interface NewMigration {
  /** The project's folder. */
  readonly directory: string
  readonly plugin: string
  /** Lower-case words joined by hyphens, without a number. */
  readonly name: string
}

/**
 * @throws UsageError USAGE: the name has a wrong form, or the app has no such plugin. MIGRATION_CREATE: the plugin's
 * contract is not in this project, or is written in a way that cannot be added to. Nothing was written.
 */
export async function createMigration(
  { directory, plugin, name }: NewMigration,
  { print }: Pick<Terminal, 'print'>,
): Promise<void> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new UsageError(
      'USAGE',
      `${JSON.stringify(name)} is no name of a migration: write lower-case words joined by hyphens, without the number, as in add-birthday.`,
    )
  }
  const app = await loadApp(directory)
  if (!app.pluginNames.includes(plugin)) {
    const found = app.pluginNames.join(', ')
    throw new UsageError('USAGE', `The app has no plugin ${JSON.stringify(plugin)} (found: ${found}).`)
  }
  const fullName = `${nextNumber(app.migrationIds, plugin)}-${name}`
  const registration = await findRegistration(directory, plugin, fullName)
  const { path, changes } = registration
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, templateOf(plugin, fullName, registration), { flag: 'wx' })
  try {
    for (const { path: changed, text } of changes) await writeFile(changed, text)
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
  print(
    `${relative(directory, path)} is written, and stands in ${changes.map((change) => relative(directory, change.path)).join(', ')}.`,
  )
  print('Write what it does, then run: hello migrate up')
}

function nextNumber(ids: readonly string[], plugin: string): string {
  const own = ids
    .filter((id) => id.startsWith(`${plugin}/`))
    .map((id) => Number(id.slice(plugin.length + 1, plugin.length + 5)))
  return String(Math.max(0, ...own) + 1).padStart(4, '0')
}

async function findRegistration(directory: string, plugin: string, name: string): Promise<Registration> {
  const ts = await loadTypeScript(directory)
  for (const path of sourcesOf(directory)) {
    const text = readFileSync(path, 'utf8')
    if (!text.includes('defineContract') || !text.includes(plugin)) continue
    const found = registerMigration(ts, { path, text, plugin, name })
    if (found !== undefined) return found
  }
  throw new UsageError(
    'MIGRATION_CREATE',
    `No file of ${directory} defines the contract of the plugin "${plugin}". A migration belongs to the package that brings its plugin: run this there.`,
  )
}

const skipped = new Set(['node_modules', 'dist', 'coverage'])

function* sourcesOf(directory: string): Iterable<string> {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) {
      if (!skipped.has(entry.name) && !entry.name.startsWith('.')) yield* sourcesOf(path)
    } else if (/(?<!\.d)\.m?[jt]s$/.test(entry.name)) yield path
  }
}

/** The project's own: it is a tool of development, and no dependency of ours. */
async function loadTypeScript(directory: string): Promise<typeof import('typescript')> {
  const { createRequire } = await import('node:module')
  try {
    return createRequire(join(directory, 'package.json'))('typescript') as typeof import('typescript')
  } catch (cause) {
    throw new UsageError(
      'MIGRATION_CREATE',
      'The sources of the plugin are read with TypeScript, which is not installed here. Run: npm install --save-dev typescript',
      { cause },
    )
  }
}

function templateOf(plugin: string, name: string, { identifier }: Registration): string {
  const table = `${plugin.replaceAll('-', '_')}_…`
  return `/** ${name
    .slice(5)
    .replaceAll('-', ' ')
    .replace(/^./, (first) => first.toUpperCase())}. */
import { defineMigration } from '@hello/core'

export const ${identifier} = defineMigration({
  name: '${name}',
  async up({ sql }) {
    await sql\`ALTER TABLE ${table} ADD COLUMN …\`
  },
  async down({ sql }) {
    await sql\`ALTER TABLE ${table} DROP COLUMN …\`
  },
})
`
}
