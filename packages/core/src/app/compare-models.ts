/** Says where the models of plugins and the tables of the database differ, in what would make a query fail. Reads the catalog; writes nothing. */

import type pg from 'pg'
import type { ModelAttributeColumnOptions } from 'sequelize'
import { type ModelCtor, Sequelize } from 'sequelize-typescript'
import { withClient } from '../database/client.js'

/** A model and the plugin that brings it. */
export interface OwnedModel {
  readonly plugin: string
  readonly model: ModelCtor
}

/** A column of the database. */
interface TableColumn {
  readonly name: string
  readonly type: string
  readonly isRequired: boolean
  readonly hasDefault: boolean
  readonly isKey: boolean
}

/** What two types are compared by: to PostgreSQL these hold the same, and an enumeration is read as text. */
const sameTypes: Readonly<Record<string, string>> = {
  'character varying': 'text',
  character: 'text',
  'character varying[]': 'text[]',
  json: 'jsonb',
}

/**
 * A sentence for each difference; none where every model fits.
 *
 * @throws DatabaseError see `connectClient`.
 */
export async function compareModels(
  databaseUrl: string,
  owners: readonly OwnedModel[],
): Promise<readonly string[]> {
  if (owners.length === 0) return []
  // Bound to an instance of its own, which never connects: it knows what the decorators have said.
  const sequelize = new Sequelize({ dialect: 'postgres', logging: false, repositoryMode: true })
  sequelize.addModels(owners.map(({ model }) => model))
  return withClient(databaseUrl, { applicationName: 'hello migrate verify' }, async (client) => {
    const differences: string[] = []
    for (const { plugin, model } of owners) {
      const bound = sequelize.getRepository(model) as unknown as ModelCtor
      const who = `Plugin "${plugin}", model ${model.name}: `
      for (const text of await compareModel(client, bound)) differences.push(`${who}${text}`)
    }
    return differences
  })
}

async function compareModel(client: pg.Client, model: ModelCtor): Promise<string[]> {
  const table = tableOf(model)
  const columns = await readColumns(client, table)
  if (columns === undefined) return [`there is no table ${table}.`]
  const attributes = Object.values(model.getAttributes()) as ModelAttributeColumnOptions[]
  const stored = attributes.filter((attribute) => nameOfType(attribute) !== 'VIRTUAL')
  const found = new Map(columns.map((column) => [column.name, column]))
  const fields = new Set(stored.map(fieldOf))
  const differences: string[] = []
  for (const attribute of stored) {
    const column = found.get(fieldOf(attribute))
    const where = `${table}.${fieldOf(attribute)}`
    if (column === undefined) differences.push(`there is no column ${where}.`)
    else differences.push(...(await compareColumn(client, attribute, column, where)))
  }
  for (const { name, isRequired, hasDefault } of columns) {
    if (fields.has(name) || !isRequired || hasDefault) continue
    differences.push(`${table}.${name} must have a value and has no default, and the model does not know it.`)
  }
  return differences
}

async function compareColumn(
  client: pg.Client,
  attribute: ModelAttributeColumnOptions,
  column: TableColumn,
  where: string,
): Promise<string[]> {
  const { allowNull, primaryKey = false } = attribute
  const expected = await typeOf(client, attribute)
  const differences: string[] = []
  if (expected !== undefined && same(expected) !== same(column.type)) {
    differences.push(`${where} is ${column.type}, and the model has ${expected}.`)
  }
  if (primaryKey !== column.isKey) {
    differences.push(
      `${where} is ${column.isKey ? '' : 'not '}in the primary key, and in the model it is${primaryKey ? '' : ' not'}.`,
    )
  }
  if (allowNull === false && !primaryKey && !column.isRequired) {
    differences.push(`${where} may be NULL, and in the model it may not.`)
  }
  return differences
}

const same = (type: string): string => sameTypes[type] ?? type

/** As PostgreSQL calls it; `undefined` for an enumeration and what else it has no such name for. */
async function typeOf(
  client: pg.Client,
  attribute: ModelAttributeColumnOptions,
): Promise<string | undefined> {
  const type = attribute.type as { toSql?: () => string } | string
  const sql = typeof type === 'string' ? type : type.toSql?.()
  if (sql === undefined || sql.startsWith('ENUM')) return undefined
  const { rows } = await client.query('SELECT to_regtype($1)::text AS type', [sql])
  return rows[0].type ?? undefined
}

async function readColumns(client: pg.Client, table: string): Promise<TableColumn[] | undefined> {
  const { rows } = await client.query<TableColumn>(
    `SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type, a.attnotnull AS "isRequired",
       (a.atthasdef OR a.attidentity <> '') AS "hasDefault",
       EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY (i.indkey)) AS "isKey"
     FROM pg_attribute a WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    [table],
  )
  return rows.length === 0 ? undefined : rows
}

/** As SQL names it, quoted. */
function tableOf(model: ModelCtor): string {
  const name = model.getTableName() as string | { readonly schema: string; readonly tableName: string }
  const parts =
    typeof name === 'string' ? [name] : [name.schema, name.tableName].filter((part) => part !== '')
  return parts.map((part) => (/^[a-z_][a-z0-9_]*$/.test(part) ? part : `"${part}"`)).join('.')
}

const fieldOf = ({ field }: ModelAttributeColumnOptions): string => field as string

function nameOfType({ type }: ModelAttributeColumnOptions): string | undefined {
  return (type as { readonly key?: string }).key
}
