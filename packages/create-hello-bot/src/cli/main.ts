#!/usr/bin/env node
/** `npm create hello-bot`: the one file, with those beside it, that owns the process. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type PackageManager, runningPackageManager } from '../choices.js'
import { CreateError, exitCodes } from '../create-error.js'
import { nextSteps } from '../next-steps.js'
import { projectFiles } from '../project-files.js'
import { checkPackageName, packageNameOf } from '../project-names.js'
import { type Arguments, helpText, readArguments } from '../read-arguments.js'
import { openTemplates } from '../read-template.js'
import { checkFolder, writeProject } from '../write-project.js'
import { type Answers, askForTheRest } from './questions.js'
import { runCommand } from './run-command.js'

const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url))

process.exitCode = await main(process.argv.slice(2))

async function main(argv: readonly string[]): Promise<number> {
  try {
    const given = readArguments(argv)
    if (given.help) print(helpText)
    else if (given.version) print(`${ownVersion()}\n`)
    else await createProject(given)
    return 0
  } catch (error) {
    if (!(error instanceof CreateError)) throw error
    process.stderr.write(`${error.message}\n`)
    return exitCodes[error.code]
  }
}

async function createProject(given: Arguments): Promise<void> {
  const packageManager = given.packageManager ?? runningPackageManager(process.env.npm_config_user_agent)
  // What is wrong with the command line is said before anything is asked.
  if (given.directory !== undefined) checkFolder(resolve(given.directory))
  const answers = await decide(given, packageManager)
  const directory = resolve(answers.directory)
  const name = checkPackageName(given.name ?? packageNameOf(basename(directory)))
  const templates = openTemplates(fromHere('../templates'))
  const files = projectFiles(templates.read(answers.template), templates.installRules, {
    template: answers.template,
    name,
    packageManager,
  })
  writeProject(directory, files)
  print(`${name} is in ${directory}\n`)
  if (answers.git) await makeRepository(directory)
  if (answers.install) await install(directory, packageManager)
  print(nextSteps(relative(process.cwd(), directory), answers, packageManager))
}

async function decide(given: Arguments, packageManager: PackageManager): Promise<Answers> {
  const isAsked = process.stdin.isTTY && process.stdout.isTTY && !given.yes && !process.env.CI
  if (isAsked) return askForTheRest(given, packageManager, complaintAbout)
  const { directory, template = 'hello', git = true, install = true } = given
  if (directory !== undefined) return { directory, template, git, install }
  throw new CreateError(
    'USAGE',
    'Say which folder the project is to be in: npm create hello-bot@latest my-bot. Outside of a terminal nothing is asked.',
  )
}

function complaintAbout(directory: string): string | undefined {
  try {
    checkFolder(resolve(directory))
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** Where git is not installed, or the folder is in a repository already, there is nothing to make. */
async function makeRepository(directory: string): Promise<void> {
  const git = (...args: string[]) => runCommand('git', args, { cwd: directory, isShown: false })
  if (existsSync(resolve(directory, '.git')) || (await git('rev-parse', '--is-inside-work-tree')) === 0)
    return
  const code = await git('init', '--initial-branch=main')
  if (code !== 0) print('No git repository was made: git is not here, or could not.\n')
}

async function install(directory: string, packageManager: PackageManager): Promise<void> {
  print(`${packageManager} install …\n`)
  const code = await runCommand(packageManager, ['install'], { cwd: directory, isShown: true })
  if (code === 0) return
  const reason = code === -1 ? `${packageManager} is not on this machine` : 'its own words are above'
  throw new CreateError(
    'COMMAND_FAILED',
    `The project is made, but "${packageManager} install" failed (${reason}). Run it again in ${directory}.`,
  )
}

function ownVersion(): string {
  return (JSON.parse(readFileSync(fromHere('../../package.json'), 'utf8')) as { version: string }).version
}

function print(text: string): void {
  process.stdout.write(text)
}
