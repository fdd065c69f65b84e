/** The generated tables as something that can be asked: what a method takes and what an object holds. Pure. */
import { methodTable } from './method-table.js'
import { objectTable } from './object-table.js'

/** A field of an object or a parameter of a method. */
export interface Field {
  readonly name: string
  readonly isRequired: boolean
  /** As the tables write it: n, s, b, t, F, a literal, [list], a union, or an object's name. */
  readonly type: string
}

/** What a method takes and gives. */
export interface MethodSchema {
  readonly name: string
  readonly parameters: ReadonlyMap<string, Field>
  readonly required: readonly string[]
  readonly result: string
}

/** Every method of the Bot API, by its name in lower case: Telegram takes names in any case. */
export const methodSchemas: ReadonlyMap<string, MethodSchema> = new Map(
  Object.entries(methodTable).map(([name, line]) => [name.toLowerCase(), parseMethod(name, line)]),
)

/** The fields of an object; undefined where the Bot API has none of that name. */
export function fieldsOf(objectName: string): ReadonlyMap<string, Field> | undefined {
  const line = Object.hasOwn(objectTable, objectName) ? objectTable[objectName] : undefined
  return line === undefined ? undefined : parseFields(line)
}

/** The kinds of updates: the fields of Update but for its id. */
export const updateKinds: ReadonlySet<string> = new Set(
  [...parseFields(objectTable.Update ?? '').keys()].filter((name) => name !== 'update_id'),
)

function parseMethod(name: string, line: string): MethodSchema {
  const [before = '', result = ''] = line.split('=> ')
  const parameters = parseFields(before.trim())
  const required = [...parameters.values()].filter(({ isRequired }) => isRequired).map((field) => field.name)
  return { name, parameters, required, result }
}

function parseFields(line: string): ReadonlyMap<string, Field> {
  if (line === '') return new Map()
  return new Map(
    line.split(' ').map((text) => {
      const [, name = '', mark, type = ''] = /^(\w+)(\??):(.*)$/.exec(text) ?? []
      return [name, { name, isRequired: mark === '', type }]
    }),
  )
}
