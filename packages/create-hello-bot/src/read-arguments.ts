/** Reads the command line. Pure: what it leaves open is asked for, or has a default, elsewhere. */
import { parseArgs } from 'node:util'
import {
  isPackageManager,
  isTemplate,
  type PackageManager,
  packageManagers,
  type Template,
  templates,
} from './choices.js'
import { CreateError } from './create-error.js'

/** What the command line says. What it does not say is left out. */
export interface Arguments {
  readonly directory?: string
  readonly template?: Template
  /** The npm name of the project. */
  readonly name?: string
  readonly packageManager?: PackageManager
  readonly git?: boolean
  readonly install?: boolean
  /** Ask nothing. */
  readonly yes: boolean
  readonly help: boolean
  readonly version: boolean
}

const options = {
  template: { type: 'string', short: 't' },
  name: { type: 'string' },
  'package-manager': { type: 'string' },
  git: { type: 'boolean' },
  install: { type: 'boolean' },
  yes: { type: 'boolean', short: 'y' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const

/**
 * @param argv the arguments after the program's name
 * @throws CreateError USAGE: a flag is unknown, comes twice, or has a value that it does not take; or there are two folders.
 */
export function readArguments(argv: readonly string[]): Arguments {
  const { values, positionals, tokens } = parse(argv)
  refuseRepeated(tokens)
  if (positionals.length > 1) {
    throw usage(
      `One folder can be made at a time, and these are ${positionals.length}: ${positionals.join(', ')}.`,
    )
  }
  const { template, name, git, install, yes = false, help = false, version = false } = values
  const packageManager = values['package-manager']
  if (template !== undefined && !isTemplate(template)) {
    throw usage(`There is no template "${template}". The templates: ${Object.keys(templates).join(', ')}.`)
  }
  if (packageManager !== undefined && !isPackageManager(packageManager)) {
    throw usage(`--package-manager takes ${packageManagers.join(', ')}, and not "${packageManager}".`)
  }
  const [directory] = positionals
  if (directory?.trim() === '') throw usage('The name of the folder is empty.')
  return {
    yes,
    help,
    version,
    ...(directory !== undefined && { directory }),
    ...(template !== undefined && { template }),
    ...(name !== undefined && { name }),
    ...(packageManager !== undefined && { packageManager }),
    ...(git !== undefined && { git }),
    ...(install !== undefined && { install }),
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options,
      allowPositionals: true,
      allowNegative: true,
      tokens: true,
    })
  } catch (error) {
    // Node's further sentences explain its parser.
    const [said = ''] = (error as Error).message.split(/\.? (?=To specify)|\n/)
    throw usage(`${said.replace(/\.$/, '')}.`)
  }
}

function refuseRepeated(tokens: readonly { readonly kind: string; readonly name?: string }[]): void {
  const seen = new Set<string>()
  for (const { kind, name } of tokens) {
    if (kind !== 'option' || name === undefined) continue
    if (seen.has(name)) throw usage(`--${name} is given twice.`)
    seen.add(name)
  }
}

function usage(message: string): CreateError {
  return new CreateError('USAGE', `${message} --help says what can be asked for.`)
}

/** The text of `--help`. */
export const helpText = `Makes a Telegram bot, or a plugin for bots, that runs and is tested from the first minute.

  npm create hello-bot@latest my-bot
  npm create hello-bot@latest hello-plugin-weather -- --template plugin

The folder must be new or empty; . is this one. In a terminal it asks for what no flag says.

  -t, --template <name>     which project (hello)
${Object.entries(templates)
  .map(([name, purpose]) => `                              ${name.padEnd(8)} ${purpose}`)
  .join('\n')}
      --name <npm name>     name in package.json (that of the folder)
      --package-manager <${packageManagers.join('|')}>
                            whom it is made for and installed with (the one that runs this)
      --no-git              make no git repository
      --no-install          install nothing: then it works without a network
  -y, --yes                 ask nothing, also in a terminal
  -h, --help, -v, --version
`
