/** How the fields of a button's data are written: short, and read back only as what they were written as. Pure. */
import { createHash } from 'node:crypto'
import type { z } from 'zod'

/** What a field may be: a string, an enum of strings, a number, a bigint or a boolean; each may be optional or have a default. */
export type CallbackFields = Readonly<Record<string, z.ZodType>>

/** How one kind of value is written; `read` gives `undefined` for what it has not written. */
export interface FieldForm {
  readonly kind: 'text' | 'number' | 'bigint' | 'boolean'
  write(value: unknown): string
  read(text: string): unknown
}

/** The form of a field; `undefined` for one that has none: an object, a list, a transformation. */
export function fieldFormOf(field: z.ZodType): FieldForm | undefined {
  const { def } = field
  const { type, innerType, entries, values } = def as {
    type: string
    innerType?: z.ZodType
    entries?: Record<string, unknown>
    values?: readonly unknown[]
  }
  if (wrappers.has(type) && innerType !== undefined) return fieldFormOf(innerType)
  if (type === 'string') return textForm
  if (type === 'number') return numberForm
  if (type === 'bigint') return bigintForm
  if (type === 'boolean') return booleanForm
  const allowed = type === 'enum' ? Object.values(entries ?? {}) : type === 'literal' ? values : undefined
  return allowed?.every((value) => typeof value === 'string') ? textForm : undefined
}

/**
 * Two characters that stand for the names, kinds and order of fields. Data of another shape is told apart by them, so
 * that the fields of an old button are never taken for others: of 4096 changes one goes unseen.
 */
export function shapeTagOf(forms: readonly (readonly [name: string, form: FieldForm])[]): string {
  const shape = forms.map(([name, { kind }]) => `${name}:${kind}`).join()
  return createHash('sha256').update(shape).digest('base64url').slice(0, 2)
}

/** Values as one text. An absent one is empty. */
export function writeFields(values: readonly unknown[], forms: readonly FieldForm[]): string {
  return forms.map((form, index) => (values[index] === undefined ? '' : form.write(values[index]))).join(':')
}

/** The values of a text that {@link writeFields} made; `undefined` where it has not made it with these forms. */
export function readFields(text: string, forms: readonly FieldForm[]): unknown[] | undefined {
  const parts = text.split(':')
  if (parts.length !== forms.length) return undefined
  const values = forms.map((form, index) =>
    parts[index] === '' ? undefined : form.read(parts[index] as string),
  )
  return writeFields(values, forms) === text ? values : undefined
}

const wrappers = new Set(['optional', 'default', 'prefault', 'readonly', 'nonoptional'])

// An absent value is empty, so that the empty string needs a sign of its own.
const textForm: FieldForm = {
  kind: 'text',
  write: (value) =>
    value === '' ? '~' : (value as string).replace(/[~:]/g, (sign) => (sign === '~' ? '~~' : '~.')),
  read: (text) => (text === '~' ? '' : text.replace(/~([~.])/g, (_, sign) => (sign === '~' ? '~' : ':'))),
}

// Base 36: the id of a person or a chat takes 7 bytes instead of 10.
const numberForm: FieldForm = {
  kind: 'number',
  write: (value) => (Number.isSafeInteger(value) ? (value as number).toString(36) : `=${value}`),
  read: (text) => (text.startsWith('=') ? Number(text.slice(1)) : Number.parseInt(text, 36)),
}

const bigintForm: FieldForm = {
  kind: 'bigint',
  write: String,
  read: (text) => (/^-?\d+$/.test(text) ? BigInt(text) : undefined),
}

const booleanForm: FieldForm = {
  kind: 'boolean',
  write: (value) => (value === true ? '1' : '0'),
  read: (text) => text === '1',
}
