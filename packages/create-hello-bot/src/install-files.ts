/** What each package manager must be told of a project, in its own words. Pure. */
import type { PackageManager } from './choices.js'

/** What is to be known of the packages that a project installs. */
export interface InstallRules {
  /** Those that bring binaries, and so may run a script when they are installed. */
  readonly allowedScripts: readonly string[]
  /** Versions in place of newer ones, which want a newer Node than ours and say so at every install. */
  readonly overrides: Readonly<Record<string, string>>
}

/**
 * The files that tell it, by their path.
 *
 * @param manifest the project's package.json
 */
export function installFiles(
  packageManager: PackageManager,
  { allowedScripts, overrides }: InstallRules,
  manifest: string,
): Record<string, string> {
  const allowed = Object.fromEntries(allowedScripts.map((name) => [name, true]))
  switch (packageManager) {
    case 'npm':
      return { 'package.json': withFields(manifest, { overrides, allowScripts: allowed }) }
    case 'yarn':
      return {
        'package.json': withFields(manifest, { resolutions: overrides }),
        // PostgreSQL is started from a folder; Plug'n'Play would keep it in an archive.
        '.yarnrc.yml': 'nodeLinker: node-modules\nenableScripts: true\n',
      }
    case 'pnpm':
      return {
        'pnpm-workspace.yaml': [
          '# Packages that may run a script when they are installed: the ones that bring binaries.',
          yamlMap('allowBuilds', allowed),
          '# The same for pnpm 10.',
          `onlyBuiltDependencies:\n${allowedScripts.map((name) => `  - ${JSON.stringify(name)}\n`).join('')}`,
          '# Newer ones want Node 22, and say so at every install.',
          yamlMap('overrides', overrides),
        ].join('\n'),
      }
  }
}

function withFields(manifest: string, fields: Record<string, unknown>): string {
  return `${JSON.stringify({ ...JSON.parse(manifest), ...fields }, undefined, 2)}\n`
}

function yamlMap(name: string, entries: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(entries).map(([key, value]) => `  ${JSON.stringify(key)}: ${value}\n`)
  return `${name}:\n${lines.join('')}`
}
