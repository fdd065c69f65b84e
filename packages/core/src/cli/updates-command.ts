/** `hello updates`: looks after what is in the inbox. The words of people are shown by `show` alone. */
import { resolve } from 'node:path'
import type { Argv, CommandModule } from 'yargs'
import { UsageError } from '../errors.js'
import type { StoredUpdate, UpdateStatus } from '../updates/stored-update.js'
import type { UpdateAdministration } from '../updates/update-admin.js'
import type { CommandTools } from './command-tools.js'
import { describeUpdate, describeWithPayload, inJson } from './describe-update.js'

type Run<A> = (updates: UpdateAdministration, args: A) => Promise<void>

/** Builds it; nothing runs. */
export function createUpdatesCommand({ env, terminal, done }: CommandTools): CommandModule<any, any> {
  const { print } = terminal
  const handler =
    <A>(run: Run<A>) =>
    // yargs checks what it is given; its types lose what a nested command declares.
    async (args: any) => {
      const [{ loadApp }, { openProjectEnvironment }] = await Promise.all([
        import('./load-app.js'),
        import('./project-env.js'),
      ])
      const directory = resolve(args.cwd)
      const app = await loadApp(directory)
      const project = await openProjectEnvironment(directory, env, terminal)
      try {
        await run(app.updates(project.env), args)
      } finally {
        await project.close()
      }
      done(0)
    }
  const list: Run<ListArguments> = async (updates, { status, limit, before, json }) => {
    const listed = await updates.list({ status, limit, ...(before !== undefined && { before }) })
    if (json) return print(inJson(listed))
    for (const update of listed) for (const line of describeUpdate(update)) print(line)
    print(summary(listed, { status, limit }))
  }
  const show: Run<OneArguments & { json: boolean }> = async (updates, { id, json }) => {
    const update = await updates.show(id)
    if (json) return print(inJson(update))
    for (const line of describeWithPayload(update)) print(line)
  }
  const retry: Run<OneArguments> = async (updates, { id }) => {
    await updates.retry(id)
    print(
      `Update ${id} is handled again: at once where the bot runs, else at its next start. It is out of order: what its chat sent later may be done already.`,
    )
  }
  const drop: Run<OneArguments & { yes: boolean }> = async (updates, { id, yes }) => {
    if (!yes) throw confirmRequired(await updates.show(id))
    await updates.drop(id)
    print(`Update ${id} is dropped; hello updates retry ${id} takes that back while its row is kept.`)
  }
  return {
    command: 'updates',
    describe: 'Look after the updates in the inbox: what waits, what failed and why',
    builder: (yargs) =>
      yargs
        .command({
          command: 'list',
          describe: 'List updates, the newest first',
          builder: listOptions,
          handler: handler(list),
        })
        .command({
          command: 'show <id>',
          describe: 'Show one update, with what Telegram sent',
          builder: (one) => withJson(withId(one)).example('hello updates show 813', 'With what was sent'),
          handler: handler(show),
        })
        .command({
          command: 'retry <id>',
          describe: 'Have a failed or dropped update handled again, out of order',
          builder: (one) =>
            withId(one).example('hello updates retry 813', 'Once what stood against it is mended'),
          handler: handler(retry),
        })
        .command({
          command: 'drop <id>',
          describe: 'Give up an update that waits or has failed',
          builder: (one) =>
            withId(one)
              .option('yes', {
                type: 'boolean',
                default: false,
                describe: 'Do it without a question',
              })
              .example('hello updates drop 813 --yes', 'It will not be handled any more'),
          handler: handler(drop),
        })
        .demandCommand(1, 'Say what to do: hello updates list'),
    handler: () => undefined,
  }
}

interface ListArguments {
  status: UpdateStatus | 'all'
  limit: number
  before: string | undefined
  json: boolean
}

interface OneArguments {
  id: number
}

function listOptions(yargs: Argv) {
  return withJson(yargs)
    .example('hello updates list', 'The last fifty that failed')
    .example('hello updates list --status waiting --json', 'What is not handled yet, for a program')
    .option('status', {
      choices: ['failed', 'waiting', 'done', 'dropped', 'all'] as const,
      default: 'failed' as const,
      requiresArg: true,
      describe: 'Which ones',
    })
    .option('limit', {
      type: 'number',
      default: 50,
      requiresArg: true,
      describe: 'How many at most, 1 to 1000',
    })
    .option('before', {
      // Text: it may be longer than a number can hold.
      type: 'string',
      requiresArg: true,
      describe: 'Only those that arrived before the one with this seq',
    })
}

const withId = <T>(yargs: Argv<T>) =>
  yargs.positional('id', {
    type: 'string',
    demandOption: true,
    describe: "Telegram's update_id, as logs and list show it",
    coerce: parseId,
  })

const withJson = <T>(yargs: Argv<T>) =>
  yargs.option('json', { type: 'boolean', default: false, describe: 'Print JSON' })

function parseId(text: string): number {
  const id = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(id)) return id
  throw new UsageError('USAGE', `${JSON.stringify(text)} is no update_id, which is a whole number.`)
}

function confirmRequired(update: StoredUpdate): UsageError {
  return new UsageError(
    'CONFIRM_REQUIRED',
    `Update ${update.updateId} (${update.kind ?? 'of unknown kind'}, ${update.lane}, ${update.status}) would not be handled any more. Add --yes to drop it.`,
  )
}

function summary(
  listed: readonly StoredUpdate[],
  { status, limit }: Pick<ListArguments, 'status' | 'limit'>,
): string {
  const what = status === 'all' ? 'in the inbox' : status
  const last = listed.at(-1)
  if (last === undefined) return `No update is ${what}.`
  if (listed.length < limit) return `${listed.length} ${what}.`
  const choice = `${status === 'failed' ? '' : ` --status ${status}`}${limit === 50 ? '' : ` --limit ${limit}`}`
  return `${listed.length} ${what}, and perhaps more: hello updates list${choice} --before ${last.seq}`
}
