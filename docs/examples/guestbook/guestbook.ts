/** A guest book whose entries are written to a file and read from one, by commands of `hello`. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import {
  type CliContext,
  type CommandContext,
  defineContract,
  defineMigration,
  definePlugin,
  UsageError,
} from '@hello/core'

const contract = defineContract({
  name: 'guestbook',
  migrations: [
    defineMigration({
      name: '0001-create-guests',
      up: ({ sql }) =>
        sql`CREATE TABLE guestbook_guests (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, name text NOT NULL)`,
      down: ({ sql }) => sql`DROP TABLE guestbook_guests`,
    }),
  ],
})

// #region commands
export const guestbook = definePlugin(contract, {
  commands: { sign: { description: 'Sign the guest book', handle: sign } },
  cli: (command) => [
    command('export', {
      describe: 'Print every guest, a line of JSON each',
      examples: [['guestbook export --from 1000 > guests.jsonl', 'Those from number 1000 on']],
      builder: (yargs) =>
        yargs.option('from', { type: 'number', default: 1, describe: 'The first number', requiresArg: true }),
      handle: exportGuests,
    }),
    command('import <file>', {
      describe: 'Read guests from a file, a name in each line',
      builder: (yargs) =>
        yargs
          .positional('file', { type: 'string', demandOption: true, describe: 'Path of the file' })
          .option('yes', { type: 'boolean', default: false, describe: 'Do it without a question' }),
      async handle({ args, confirm, ...cli }) {
        if (!args.yes) await confirm(`All lines of ${args.file} become guests.`)
        await importGuests(args.file, cli)
      },
    }),
  ],
})
// #endregion

// #region export
async function exportGuests({ args, unit, print, signal }: CliContext<typeof contract, { from: number }>) {
  for (let next = args.from; !signal.aborted; ) {
    const guests = await unit(
      ({ session }) => session.sql<{ id: number; name: string }>`
        SELECT id, name FROM guestbook_guests WHERE id >= ${next} ORDER BY id LIMIT 1000`,
    )
    for (const guest of guests) await print(JSON.stringify(guest))
    const last = guests.at(-1)
    if (last === undefined) return
    next = Number(last.id) + 1
  }
}
// #endregion

// #region import
async function importGuests(
  file: string,
  { unit, progress, note, signal }: Omit<CliContext<typeof contract>, 'args' | 'confirm'>,
) {
  const names: string[] = []
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (line.length > 100) throw new UsageError('USAGE', `Line ${names.length + 1} of ${file} is too long.`)
    names.push(line)
  }
  const bar = progress(names.length, 'guests')
  for (let done = 0; done < names.length && !signal.aborted; done += 500) {
    const batch = names.slice(done, done + 500)
    await unit(
      ({ session }) => session.sql`INSERT INTO guestbook_guests (name) SELECT unnest(${batch}::text[])`,
    )
    bar.advance(batch.length)
  }
  bar.stop()
  note(`${names.length} guests were read.`)
}
// #endregion

async function sign(ctx: CommandContext<typeof contract>) {
  await ctx.services.session.sql`INSERT INTO guestbook_guests (name) VALUES (${ctx.from.first_name})`
  await ctx.outbox.reply('You are in the guest book.')
}
