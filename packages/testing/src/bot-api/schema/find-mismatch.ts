/** Compares a value with the Bot API's schema: what is missing, what is too much, what has another type. Pure. */
import { type Field, fieldsOf, methodSchemas } from './schema.js'

/** The first thing that is wrong with a method's result, with its path; undefined where nothing is. */
export function findResultMismatch(methodName: string, result: unknown): string | undefined {
  const schema = methodSchemas.get(methodName.toLowerCase())
  return schema ? findMismatch(schema.result, result) : `${methodName} is no method of the Bot API`
}

/**
 * The first thing that is wrong with a value; undefined where it fits.
 * @param type As the tables write it, mostly an object's name: `Message`.
 * @param path Where the value stands, for the sentence.
 */
export function findMismatch(type: string, value: unknown, path = type): string | undefined {
  const options = splitUnion(type)
  const reasons: string[] = []
  for (const option of options) {
    const reason = checkOption(option, value, path)
    if (reason === undefined) return undefined
    reasons.push(reason)
  }
  // Of many shapes the one that got furthest explains most.
  return reasons.sort((a, b) => b.length - a.length)[0]
}

function checkOption(type: string, value: unknown, path: string): string | undefined {
  if (type.startsWith('[')) return checkList(type.slice(1, -1), value, path)
  if (type.startsWith("'")) return expectIt(`'${String(value)}'` === type, type, value, path)
  if (type === 'n') return expectIt(Number.isFinite(value), 'a number', value, path)
  if (type === 's') return expectIt(typeof value === 'string', 'a text', value, path)
  if (type === 'b') return expectIt(typeof value === 'boolean', 'a boolean', value, path)
  if (type === 't') return expectIt(value === true, 'true', value, path)
  return checkObject(type, value, path)
}

function checkList(type: string, value: unknown, path: string): string | undefined {
  if (!Array.isArray(value)) return describe('a list', value, path)
  for (const [index, item] of value.entries()) {
    const reason = findMismatch(type, item, `${path}[${index}]`)
    if (reason !== undefined) return reason
  }
  return undefined
}

function checkObject(type: string, value: unknown, path: string): string | undefined {
  const fields = fieldsOf(type)
  if (!fields) return `${path}: the schema has no ${type}`
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return describe(type, value, path)
  for (const name of Object.keys(value)) {
    if (!fields.has(name)) return `${path}.${name} is no field of ${type}`
  }
  for (const field of fields.values()) {
    const reason = checkField(field, (value as Record<string, unknown>)[field.name], path)
    if (reason !== undefined) return reason
  }
  return undefined
}

function checkField({ name, isRequired, type }: Field, value: unknown, path: string): string | undefined {
  if (value === undefined) return isRequired ? `${path}.${name} is missing` : undefined
  return findMismatch(type, value, `${path}.${name}`)
}

function expectIt(fits: boolean, expected: string, value: unknown, path: string): string | undefined {
  return fits ? undefined : describe(expected, value, path)
}

function describe(expected: string, value: unknown, path: string): string {
  return `${path} must be ${expected} (found: ${JSON.stringify(value)?.slice(0, 60)})`
}

/** Splits at the bars that stand outside brackets. */
function splitUnion(type: string): string[] {
  const options: string[] = []
  let depth = 0
  let begin = 0
  for (let index = 0; index < type.length; index += 1) {
    if (type[index] === '[') depth += 1
    if (type[index] === ']') depth -= 1
    if (type[index] !== '|' || depth > 0) continue
    options.push(type.slice(begin, index))
    begin = index + 1
  }
  return [...options, type.slice(begin)]
}
