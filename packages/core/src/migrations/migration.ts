/** What an author of a migration writes: a fixed name, what it does, and how it is undone. Checked when it is defined, so that a wrong one never reaches a database. Pure: no I/O. */
import type { Sql } from '../database/sql.js'
import { MigrationError } from '../errors.js'

/** Runs SQL text and gives its rows. Values are sent as `$1 …`; text without values may hold several statements, and the rows are those of the last. */
export type MigrationQuery = <Row extends object = Record<string, unknown>>(
  text: string,
  values?: readonly unknown[],
) => Promise<Row[]>

/** All that a migration may use. Every query goes to the one connection and transaction of the migration, in the time zone UTC, and must be awaited. */
export interface MigrationContext {
  /** SQL as a tagged template: interpolated values become parameters. */
  readonly sql: Sql
  /** SQL as text, for what a template cannot hold. */
  readonly query: MigrationQuery
}

/** What {@link defineMigration} takes. */
export interface MigrationDefinition {
  /** Unique in its plugin and never changed once released: four digits, a dash, words: `0001-create-users`. Migrations of a plugin run in the order of their names. */
  readonly name: string
  /** Migrations of other plugins that must run before, as `plugin/name`. @default none */
  readonly after?: readonly string[]
  /**
   * Whether it runs in a transaction that also writes its log row, so that all of it is kept or nothing.
   * `false` is for what Postgres refuses there (`CREATE INDEX CONCURRENTLY`): such a migration must be able to
   * run again after it was interrupted. @default true
   */
  readonly transactional?: boolean
  /**
   * Whether a later change of its SQL is noticed and refused. For that `up` also runs without a database, before it
   * is applied and at each start, with no rows as every answer. `false` is for one whose statements depend on
   * answers, or on anything else but the code: it is not run so, and not compared. @default true
   */
  readonly checksum?: boolean
  /** Changes the schema or the data. */
  readonly up: (context: MigrationContext) => Promise<unknown> | unknown
  /** Takes back what `up` did. Without it the migration cannot be undone. */
  readonly down?: (context: MigrationContext) => Promise<unknown> | unknown
}

/** A checked, frozen migration. Made by {@link defineMigration}. */
export interface Migration extends MigrationDefinition {
  readonly after: readonly string[]
  readonly transactional: boolean
  readonly checksum: boolean
}

/**
 * Checks a migration and freezes it.
 *
 * @example
 * export const createGreetings = defineMigration({
 *   name: '0001-create-greetings',
 *   up: ({ sql }) => sql`CREATE TABLE greetings (user_id bigint PRIMARY KEY REFERENCES users (id))`,
 *   down: ({ sql }) => sql`DROP TABLE greetings`,
 * })
 *
 * @throws MigrationError MIGRATION_NAME: the name has another form.
 * @throws MigrationError MIGRATION_SHAPE: a field is missing, unknown or of a wrong type.
 */
export function defineMigration(definition: MigrationDefinition): Migration {
  assertMigration(definition)
  const { after = [], transactional = true, checksum = true } = definition
  return Object.freeze({ ...definition, after: Object.freeze([...after]), transactional, checksum })
}

/**
 * Refuses what is not a migration; `plugin` is named where it is known.
 *
 * @throws MigrationError MIGRATION_NAME, MIGRATION_SHAPE.
 */
export function assertMigration(value: unknown, plugin?: string): asserts value is MigrationDefinition {
  const of = plugin === undefined ? '' : ` of plugin "${plugin}"`
  if (typeof value !== 'object' || value === null) {
    throw shapeError(`A migration${of} is ${describe(value)}, and must be what defineMigration() gives.`)
  }
  const fields = value as Readonly<Record<string, unknown>>
  assertName(fields.name, of)
  const who = `Migration "${fields.name}"${of}`
  const unknown = Object.keys(fields).filter((key) => !(key in expectedOf))
  if (unknown.length > 0) {
    throw shapeError(
      `${who} has the unknown field ${unknown.join(', ')} (known: ${Object.keys(expectedOf).join(', ')}). Remove or correct it.`,
    )
  }
  for (const [key, [expected, isExpected]] of Object.entries(expectedOf)) {
    if (isExpected(fields[key])) continue
    throw shapeError(`${who}: "${key}" must be ${expected}, and is ${describe(fields[key])}.`)
  }
}

const nameForm = /^\d{4}-[a-z0-9-]+$/
const idForm = /^[^/\s]+\/\d{4}-[a-z0-9-]+$/

const expectedOf: Readonly<Record<string, readonly [string, (value: unknown) => boolean]>> = {
  name: ['a name', (value) => typeof value === 'string'],
  up: ['a function', (value) => typeof value === 'function'],
  down: ['a function or absent', (value) => value === undefined || typeof value === 'function'],
  transactional: ['true, false or absent', (value) => value === undefined || typeof value === 'boolean'],
  checksum: ['true, false or absent', (value) => value === undefined || typeof value === 'boolean'],
  after: ['a list of ids like "users/0001-create-users"', (value) => value === undefined || isIdList(value)],
}

function isIdList(value: unknown): boolean {
  return Array.isArray(value) && value.every((id) => typeof id === 'string' && idForm.test(id))
}

function assertName(name: unknown, of: string): void {
  if (typeof name === 'string' && nameForm.test(name)) return
  throw new MigrationError(
    'MIGRATION_NAME',
    `The name of a migration${of} is ${describe(name)}, and must be four digits, a dash and lower-case words, as in "0001-create-users".`,
  )
}

function shapeError(message: string): MigrationError {
  return new MigrationError('MIGRATION_SHAPE', message)
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return `a list (${value.map(describe).join(', ')})`
  if (value === null || value === undefined || typeof value === 'boolean') return String(value)
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
