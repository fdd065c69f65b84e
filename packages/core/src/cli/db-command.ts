/** `hello db`: one PostgreSQL for many bots, each with a database and a role of its own. What it does is in `db/`. */
import type { Argv, CommandModule } from 'yargs'
import { UsageError } from '../errors.js'
import type { CommandTools } from './command-tools.js'
import type { DbActionName } from './db/actions.js'
import { defaultConnectionLimit } from './db/server-survey.js'

/** Builds it; nothing runs. */
export function createDbCommand(tools: CommandTools): CommandModule<any, any> {
  // yargs checks what it is given; its types lose what a nested command declares.
  const handler = (name: DbActionName) => async (args: any) => {
    const { createDbActions } = await import('./db/actions.js')
    await createDbActions(tools)[name](args)
    tools.done(0)
  }
  return {
    command: 'db',
    describe: 'One PostgreSQL for many bots: a database and a role for each, backups, and how it fares',
    builder: (yargs) =>
      withGlobals(yargs)
        .command({
          command: 'create <bot>',
          describe: 'Make a database and a role for a bot, and print its DATABASE_URL once',
          builder: (one) => withDelivery(withConnections(withBot(one))),
          handler: handler('create'),
        })
        .command({
          command: 'url <bot>',
          describe: "Print the address of a bot's database; with --new-password as one that works",
          builder: (one) =>
            withDelivery(withBot(one)).option('new-password', {
              type: 'boolean',
              default: false,
              describe: 'Set a new password; the old one is worth nothing then',
            }),
          handler: handler('url'),
        })
        .command({ command: 'list', describe: 'List the bots of the server', handler: handler('list') })
        .command({
          command: 'drop <bot>',
          describe: 'Remove database and role of a bot, with everything in it',
          builder: (one) => withYes(withBot(one)),
          handler: handler('drop'),
        })
        .command({
          command: 'backup [bot]',
          describe: 'Save a database with pg_dump; without a name, the one of DATABASE_URL',
          builder: (one) =>
            withPgBin(withBot(one, false)).option('file', {
              type: 'string',
              requiresArg: true,
              describe: 'File to write; without it <database>-<time>.dump in this folder',
            }),
          handler: handler('backup'),
        })
        .command({
          command: 'restore <bot> <file>',
          describe: 'Put a backup in the place of the database, once it was checked',
          builder: (one) =>
            withYes(withPgBin(withBot(one))).positional('file', {
              type: 'string',
              demandOption: true,
              describe: 'What hello db backup has written',
            }),
          handler: handler('restore'),
        })
        .command({
          command: 'stats [bot]',
          describe: 'Sizes, use of indexes, dead rows, and what to do; without a name, of DATABASE_URL',
          builder: (one) => withBot(one, false),
          handler: handler('stats'),
        })
        .example('DATABASE_ADMIN_URL_FILE=/run/secrets/admin hello db create mybot --url-file mybot.url', '')
        .example('hello db backup mybot && hello db restore mybot mybot_db-….dump', '')
        .demandCommand(1, 'Say what to do: hello db list'),
    handler: () => undefined,
  }
}

const withGlobals = (yargs: Argv) =>
  yargs
    .option('admin-url', {
      type: 'string',
      requiresArg: true,
      describe:
        'The server, without a password; with one it belongs into DATABASE_ADMIN_URL or DATABASE_ADMIN_URL_FILE',
    })
    .option('json', { type: 'boolean', default: false, describe: 'Print JSON' })

const withBot = (yargs: Argv, demandOption = true) =>
  yargs.positional('bot', { type: 'string', demandOption, describe: 'Name of the bot on the server' })

const withYes = (yargs: Argv) =>
  yargs.option('yes', { type: 'boolean', default: false, describe: 'Do it without a question' })

const withPgBin = (yargs: Argv) =>
  yargs.option('pg-bin', {
    type: 'string',
    requiresArg: true,
    describe: 'Folder of pg_dump and pg_restore; without it they are looked for on the PATH',
  })

const withDelivery = (yargs: Argv) =>
  yargs
    .option('address', {
      type: 'string',
      requiresArg: true,
      describe: 'host or host:port by which bots reach the server; without it as in the admin URL',
    })
    .option('url-file', {
      type: 'string',
      requiresArg: true,
      describe: 'Write the address into this file (mode 600), for DATABASE_URL_FILE, in place of printing it',
    })

const withConnections = (yargs: Argv) =>
  yargs.option('connections', {
    type: 'number',
    requiresArg: true,
    default: defaultConnectionLimit,
    describe: 'Most connections of the bot at once, 1 to 1000',
    coerce: (value: unknown) => {
      if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 1000)
        return value as number
      throw new UsageError('USAGE', '--connections takes one whole number from 1 to 1000.')
    },
  })
