/** Asks in a terminal for what the command line leaves open. */
import type { Readable, Writable } from 'node:stream'
import { confirm, group, intro, select, text } from '@clack/prompts'
import { type PackageManager, type Template, templates } from '../choices.js'
import { CreateError } from '../create-error.js'
import type { Arguments } from '../read-arguments.js'

/** What is decided about a project. */
export interface Answers {
  readonly directory: string
  readonly template: Template
  readonly git: boolean
  readonly install: boolean
}

/** Where is asked and answered. */
export interface TerminalStreams {
  readonly input: Readable
  readonly output: Writable
}

/**
 * @param check says what is wrong with a folder
 * @throws CreateError CANCELLED: Ctrl-C, or Escape.
 */
export async function askForTheRest(
  given: Arguments,
  packageManager: PackageManager,
  check: (directory: string) => string | undefined,
  terminal: TerminalStreams = { input: process.stdin, output: process.stdout },
): Promise<Answers> {
  intro('A new project with Hello', terminal)
  const { directory, template, git, install } = given
  return group(
    {
      directory: () =>
        answered(directory) ??
        text({
          ...terminal,
          message: 'Where shall it be?',
          placeholder: 'my-bot',
          defaultValue: 'my-bot',
          validate: (value) => check(value?.trim() || 'my-bot'),
        }),
      template: () =>
        answered(template) ??
        select({
          ...terminal,
          message: 'What shall it be?',
          initialValue: 'hello' as Template,
          options: Object.entries(templates).map(([value, hint]) => ({ value: value as Template, hint })),
        }),
      git: () => answered(git) ?? confirm({ ...terminal, message: 'Make a git repository?' }),
      install: () =>
        answered(install) ?? confirm({ ...terminal, message: `Install with ${packageManager}?` }),
    },
    {
      onCancel: () => {
        throw new CreateError('CANCELLED', 'Nothing was made.')
      },
    },
  )
}

function answered<T>(value: T | undefined): Promise<T> | undefined {
  return value === undefined ? undefined : Promise.resolve(value)
}
