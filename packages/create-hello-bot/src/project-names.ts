/** The names that a project has: of its package, and of the plugin in it. Pure. */
import { CreateError } from './create-error.js'

/** The names of a plugin, each as the place where it stands wants it. */
export interface PluginNames {
  /** Of the contract, as `my-plugin`. */
  readonly kebab: string
  /** Of the factory, as `myPlugin`. */
  readonly camel: string
  /** Of its table and its command, as `my_plugin`. */
  readonly snake: string
}

// https://docs.npmjs.com/cli/configuring-npm/package-json#name
const packagePattern = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/
const longestPackageName = 214

/**
 * Checks what is to be the name of a package.
 *
 * @throws CreateError USAGE: npm would refuse it.
 */
export function checkPackageName(name: string): string {
  if (packagePattern.test(name) && name.length <= longestPackageName) return name
  throw new CreateError(
    'USAGE',
    `"${name}" cannot be the name of an npm package: it has lower-case letters, digits, hyphens, dots and underscores, begins with a letter or a digit, and may have a scope before it (@me/${suggestion(name)}). Name it with --name.`,
  )
}

/** What a folder's name becomes as the name of a package: "My Bot" is `my-bot`. */
export function packageNameOf(folder: string): string {
  return suggestion(folder)
}

function suggestion(text: string): string {
  const name = text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9._~-]+/g, '-')
    .replaceAll(/^[-._]+|[-._]+$/g, '')
    .slice(0, longestPackageName)
  return name === '' ? 'my-bot' : name
}

// A command of Telegram has 32 characters at most.
const pluginPattern = /^(?=.{1,32}$)[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/

/**
 * The names of the plugin in a package: `@acme/hello-plugin-weather` holds `weather`.
 *
 * @throws CreateError USAGE: they would not be names of a plugin, a command and a function.
 */
export function pluginNamesOf(packageName: string): PluginNames {
  const kebab = packageName.replace(/^@[^/]+\//, '').replace(/^(?:hello-)?plugin-(?=.)/, '')
  const camel = kebab.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())
  if (!pluginPattern.test(kebab) || takenIdentifiers.has(camel)) {
    throw new CreateError(
      'USAGE',
      `A plugin cannot be named "${kebab}": its name is one of a command and of a function as well, with lower-case words joined by hyphens, at most 32 characters, and no word of the language. Name the package with --name, such as --name hello-plugin-weather.`,
    )
  }
  return { kebab, camel, snake: kebab.replaceAll('-', '_') }
}

/** Reserved words, and what the template itself uses. */
const takenIdentifiers = new Set(
  'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield async contract count create ctx start help'.split(
    ' ',
  ),
)
