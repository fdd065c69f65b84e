/** What the commands of `hello migrate` do. Loaded when one runs. */
import pc from 'picocolors'
import type { SchemaAdministration, SchemaStatus, SchemaStep } from '../app/migration-administration.js'
import type { CommandConsole } from './console.js'
import { inJson } from './describe-update.js'

/** All options that some of them have. */
export interface MigrateArguments {
  readonly json: boolean
  readonly sql?: boolean
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly to?: string
  readonly plugin?: string
  readonly allowOutOfOrder?: boolean
  readonly allowAhead?: boolean
}

/** Runs one, and gives the exit code. */
export type MigrateRun = (
  tools: { readonly schema: SchemaAdministration; readonly console: CommandConsole },
  args: MigrateArguments,
) => Promise<number>

/** 1 where something is pending or wrong, for pipelines. */
const status: MigrateRun = async ({ schema, console }, args) => {
  const found = await schema.status(allowed(args))
  const exitCode = found.pending.length === 0 && found.problems.length === 0 ? 0 : 1
  for (const line of args.json ? [inJson(statusInJson(found))] : describeStatus(found)) {
    await console.print(line)
  }
  return exitCode
}

/** See {@link SchemaAdministration}. */
const plan: MigrateRun = async ({ schema, console }, args) => {
  const steps = await schema.plan({ ...allowed(args), ...choice(args) })
  if (args.json) await console.print(inJson({ ok: true, plan: steps }))
  else if (args.sql) await printSql(console, steps)
  else for (const { id } of steps) await console.print(id)
  if (!args.json) console.note(steps.length === 0 ? 'Nothing is pending.' : `${steps.length} pending.`)
  return 0
}

/** See {@link SchemaAdministration}. */
const up: MigrateRun = async (tools, args) => {
  if (args.dryRun) return plan(tools, { ...args, sql: true })
  const { schema, console } = tools
  const applied = await schema.up({ ...allowed(args), ...choice(args) })
  return tell(console, args, 'applied', applied, 'Nothing is pending.')
}

/** Asks before. */
const down: MigrateRun = async ({ schema, console }, args) => {
  const steps = await schema.planDown(choice(args))
  if (args.dryRun) {
    if (args.json) await console.print(inJson({ ok: true, plan: steps }))
    else await printSql(console, steps)
    return 0
  }
  if (steps.length === 0) return tell(console, args, 'undone', [], 'Nothing is applied.')
  const ids = steps.map(({ id }) => id)
  if (!args.yes) await console.confirm(`What ${ids.join(', ')} made is removed, with the data in it.`)
  return tell(console, args, 'undone', await schema.down(choice(args)), 'Nothing was undone.')
}

/** 1 where they differ. */
const verify: MigrateRun = async ({ schema, console }, { json }) => {
  const { pending, problems, orphaned } = await schema.status()
  const models = pending.length === 0 ? await schema.compareModels() : []
  const differences = [
    ...problems.map(({ code, message }) => `${code}: ${message}`),
    ...pending.map((id) => `MIGRATION_PENDING: ${id} is not applied; models are compared once it is.`),
    ...models,
  ]
  if (json) await console.print(inJson({ ok: differences.length === 0, differences, orphaned }))
  else for (const line of differences) await console.print(line)
  if (!json && differences.length === 0) await console.print('Database, migrations and models agree.')
  return differences.length === 0 ? 0 : 1
}

/** Asks before. */
const repair: MigrateRun = async ({ schema, console }, args) => {
  const { problems } = await schema.status()
  const changed = problems.filter(({ code }) => code === 'MIGRATION_CHANGED')
  if (changed.length > 0 && !args.yes) {
    for (const { message } of changed) console.note(message)
    await console.confirm('The database is as these migrations would make it now.')
  }
  return tell(console, args, 'repaired', await schema.repair(), 'Nothing has changed.')
}

/** Asks before. */
const baseline: MigrateRun = async ({ schema, console }, args) => {
  const to = args.to === undefined ? {} : { to: args.to }
  const ids = (await schema.plan(to)).map(({ id }) => id)
  if (ids.length > 0 && !args.yes)
    await console.confirm(`${ids.join(', ')} will count as applied, and not be run.`)
  return tell(console, args, 'taken as applied', await schema.baseline(to), 'Nothing is pending.')
}

/** By the name of the command. */
export const migrateRuns = { status, plan, up, down, verify, repair, baseline }

async function tell(
  console: CommandConsole,
  { json }: MigrateArguments,
  what: string,
  ids: readonly string[],
  nothing: string,
): Promise<number> {
  if (json) await console.print(inJson({ ok: true, [what.split(' ')[0] as string]: ids }))
  else {
    for (const id of ids) await console.print(id)
    await console.print(ids.length === 0 ? nothing : `${ids.length} ${what}.`)
  }
  return 0
}

async function printSql(console: CommandConsole, steps: readonly SchemaStep[]): Promise<void> {
  for (const { id, statements } of steps) {
    await console.print(`-- ${id}`)
    if (statements === undefined) await console.print('-- Its SQL depends on what is in the database.')
    for (const { text, values } of statements ?? []) {
      await console.print(`${text.trim().replace(/;?$/, ';')}`)
      for (const [index, value] of values.entries())
        await console.print(`-- $${index + 1} = ${JSON.stringify(value)}`)
    }
  }
}

function describeStatus({ applied, pending, orphaned, problems }: SchemaStatus): string[] {
  const pad = Math.max(0, ...applied.map(({ plugin, name }) => plugin.length + name.length + 1))
  return [
    ...applied.map(({ plugin, name, appliedAt, durationMs }) => {
      const id = `${plugin}/${name}`.padEnd(pad)
      return `${pc.green('applied')}   ${id}  ${appliedAt.toISOString().slice(0, 19)}Z  ${durationMs} ms`
    }),
    ...pending.map((id) => `${pc.yellow('pending')}   ${id}`),
    ...orphaned.map((id) => `${pc.dim('orphaned')}  ${id}  its plugin is not installed; its tables stay`),
    ...problems.map(({ code, message }) => `${pc.red(code)}: ${message}`),
    pending.length === 0 && problems.length === 0
      ? 'The database is as the code needs it.'
      : `${pending.length} pending, ${problems.length} wrong.${pending.length > 0 ? ' Run: hello migrate up' : ''}`,
  ]
}

function statusInJson({ applied, pending, orphaned, problems }: SchemaStatus) {
  return {
    ok: pending.length === 0 && problems.length === 0,
    applied: applied.map(({ plugin, name, appliedAt, durationMs }) => ({
      id: `${plugin}/${name}`,
      appliedAt,
      durationMs,
    })),
    pending,
    orphaned,
    problems: problems.map(({ code, message }) => ({ code, message })),
  }
}

const allowed = ({ allowOutOfOrder = false, allowAhead = false }: MigrateArguments) => ({
  allowOutOfOrder,
  allowAhead,
})

const choice = ({ to, plugin }: MigrateArguments) => ({
  ...(to !== undefined && { to }),
  ...(plugin !== undefined && { plugin }),
})
