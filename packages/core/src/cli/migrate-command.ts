/** `hello migrate`: the schema of the database, and how it is brought up to the code and back. */
import { resolve } from 'node:path'
import type { Argv, CommandModule } from 'yargs'
import type { CommandTools } from './command-tools.js'
import type { MigrateArguments } from './migrate.js'

type Build = (yargs: Argv) => Argv

/** Builds it; nothing runs. */
export function createMigrateCommand(tools: CommandTools): CommandModule<any, any> {
  const { env, terminal, done } = tools
  const handler =
    (name: keyof typeof import('./migrate.js').migrateRuns) =>
    // yargs checks what it is given; its types lose what a nested command declares.
    async (args: any) => {
      const [{ migrateRuns }, { loadApp }, { openProjectEnvironment }, { createConsole }] = await Promise.all(
        [import('./migrate.js'), import('./load-app.js'), import('./project-env.js'), import('./console.js')],
      )
      const directory = resolve(args.cwd)
      const app = await loadApp(directory)
      const project = await openProjectEnvironment(directory, env, terminal)
      try {
        const schema = app.schema({ env: project.env, logDestination: { write: terminal.writeLog } })
        const console = await createConsole(terminal)
        done(await migrateRuns[name]({ schema, console }, args as MigrateArguments))
      } finally {
        await project.close()
      }
    }
  const create = async (args: any) => {
    const { createMigration } = await import('./migrate-create.js')
    await createMigration({ ...args, directory: resolve(args.cwd) }, terminal)
    done(0)
  }
  return {
    command: 'migrate',
    describe: 'Bring the schema of the database up to the code, or back',
    builder: (yargs) =>
      yargs
        .command(
          command('status', 'Say what is applied, pending and wrong; exit code 1 where anything is', (one) =>
            withAllowed(withJson(one)).example('hello migrate status --json', 'For a pipeline'),
          )(handler('status')),
        )
        .command(
          command('plan', 'Say what hello migrate up would do', (one) =>
            withAllowed(withJson(withChoice(one)))
              .option('sql', { type: 'boolean', default: false, describe: 'Print the SQL of each' })
              .example('hello migrate plan --sql', 'With every statement'),
          )(handler('plan')),
        )
        .command(
          command('up', 'Apply what is pending', (one) =>
            withAllowed(withJson(withDryRun(withChoice(one))))
              .example('hello migrate up', 'All of it, as before a new release')
              .example('hello migrate up --to users/0002-add-life', 'No further than this one')
              .example('hello migrate up --dry-run > plan.sql', 'Only print the SQL'),
          )(handler('up')),
        )
        .command(
          command('down', 'Undo the last migration, or all after one; it asks before', (one) =>
            withYes(withJson(withDryRun(withChoice(one))))
              .example('hello migrate down', 'The one that was applied last')
              .example('hello migrate down --to users/0002-add-life', 'All of users that came after it')
              .example('hello migrate down --to users/0 --yes', 'All of users, without a question'),
          )(handler('down')),
        )
        .command(
          command('create <plugin> <name>', 'Write a new migration into a plugin of this project', (one) =>
            one
              .positional('plugin', { type: 'string', demandOption: true, describe: 'Name of the plugin' })
              .positional('name', { type: 'string', demandOption: true, describe: 'Words: add-birthday' })
              .example('hello migrate create notes add-colour', 'The next number is found by itself'),
          )(create),
        )
        .command(
          command(
            'verify',
            'Compare the database with migrations and models; exit code 1 where they differ',
            (one) => withJson(one).example('hello migrate verify', 'After a restore, or by hand'),
          )(handler('verify')),
        )
        .command(
          command('repair', 'Accept applied migrations whose SQL has changed, as they are now', (one) =>
            withYes(withJson(one)).example('hello migrate repair', 'It asks before'),
          )(handler('repair')),
        )
        .command(
          command(
            'baseline',
            'Take pending migrations as applied, in a database that has their tables already',
            (one) =>
              withYes(withJson(withTo(one))).example(
                'hello migrate baseline --to users/0001-create-users',
                'The database came with this one',
              ),
          )(handler('baseline')),
        )
        .demandCommand(1, 'Say what to do: hello migrate up'),
    handler: () => undefined,
  }
}

const command =
  (name: string, describe: string, builder: Build) =>
  (handler: (args: any) => Promise<void>): CommandModule<any, any> => ({
    command: name,
    describe,
    builder: builder as never,
    handler,
  })

const withJson: Build = (yargs) =>
  yargs.option('json', { type: 'boolean', default: false, describe: 'Print JSON' })

const withDryRun: Build = (yargs) =>
  yargs.option('dry-run', { type: 'boolean', default: false, describe: 'Print the SQL, and do nothing' })

const withYes: Build = (yargs) =>
  yargs.option('yes', { type: 'boolean', default: false, describe: 'Do it without a question' })

const withTo: Build = (yargs) =>
  yargs.option('to', { type: 'string', requiresArg: true, describe: 'A migration, as plugin/name' })

const withChoice: Build = (yargs) =>
  withTo(yargs).option('plugin', {
    type: 'string',
    requiresArg: true,
    describe: 'Only those of this plugin, and what they need',
  })

const withAllowed: Build = (yargs) =>
  yargs
    .option('allow-out-of-order', {
      type: 'boolean',
      default: false,
      describe: 'Let one run that sorts before an applied one',
    })
    .option('allow-ahead', {
      type: 'boolean',
      default: false,
      describe: 'Let the database be newer than the code',
    })
