/** The files of a project, made of a template's: with its names, and what its package manager needs. Pure. */
import type { PackageManager, Template } from './choices.js'
import { type InstallRules, installFiles } from './install-files.js'
import { type PluginNames, pluginNamesOf } from './project-names.js'

/** What a project is made of. */
export interface ProjectChoices {
  readonly template: Template
  /** The npm name. */
  readonly name: string
  readonly packageManager: PackageManager
}

/** Texts of files by their path, with `/`. */
export type Files = Readonly<Record<string, string>>

/** What the templates have in place of names, in their own code. */
const placeholder = { name: 'hello-bot-template', kebab: 'my-plugin', camel: 'myPlugin', snake: 'my_plugin' }

/**
 * Makes the files of a project.
 *
 * @param template the files of its template
 * @throws CreateError USAGE: the name is none of a plugin.
 */
export function projectFiles(
  template: Files,
  rules: InstallRules,
  { template: kind, name, packageManager }: ProjectChoices,
): Files {
  const plugin = kind === 'plugin' ? pluginNamesOf(name) : undefined
  const files: Record<string, string> = {}
  for (const [path, text] of Object.entries(template)) {
    // A folder of a server, a container and a unit of systemd have no scope.
    const ownName = path.startsWith('deploy/') ? name.replace(/^@.*\//, '') : name
    const [madePath, made] = [visible(path), text].map((one) =>
      withPluginNames(one.replaceAll(placeholder.name, ownName), plugin),
    ) as [string, string]
    files[madePath] = path.endsWith('.md') ? inWordsOf(packageManager, made) : made
  }
  return { ...files, ...installFiles(packageManager, rules, files['package.json'] ?? '{}') }
}

/** Two files stand under other names in what is published: npm leaves a `.gitignore` out, and a second `package.json` misleads tools. */
function visible(path: string): string {
  if (path === 'manifest.json') return 'package.json'
  return path.replace(/(^|\/)gitignore$/, '$1.gitignore')
}

function withPluginNames(text: string, names: PluginNames | undefined): string {
  if (names === undefined) return text
  return text
    .replaceAll(placeholder.kebab, names.kebab)
    .replaceAll(placeholder.camel, names.camel)
    .replaceAll(placeholder.snake, names.snake)
}

function inWordsOf(packageManager: PackageManager, page: string): string {
  if (packageManager === 'npm') return page
  return page
    .replaceAll('npm run ', `${packageManager} `)
    .replaceAll(/npm (install|test|start|publish)\b/g, `${packageManager} $1`)
    .replaceAll('npx ', `${packageManager} exec `)
}
