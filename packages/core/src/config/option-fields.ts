/** Reads what a zod schema of options says about its fields: which variable fills one, and which are secret. */

import { z } from 'zod'
import { flagOf } from './plain-values.js'
import type { EnvironmentVariable } from './variables.js'

/** What a field carries in zod's metadata. */
export interface OptionMark {
  /** The variable that fills the field where the option is not given. */
  environment?: string
  /** Whether its value is hidden in logs and messages. `.meta({ secret: true })` marks one that no variable fills. */
  secret?: boolean
  description?: string
}

/** The variables that the options of a plugin may come from, as they are documented. */
export function environmentFields(schema: z.ZodType): EnvironmentVariable[] {
  const object = nestedObject(schema)
  if (object === undefined) return []
  return Object.entries(object.shape as Record<string, z.ZodType>).flatMap(([key, field]) => {
    const { environment: name, secret = false, description = `The option ${key}.` } = optionMark(field)
    if (name === undefined) return environmentFields(field)
    const fallback = defaultOf(field)
    // Filled from the environment alone, a field that refuses to be left out must be set there.
    const needed = !field.safeParse(undefined).success
    return [
      {
        name,
        description,
        ...(fallback !== undefined && { default: fallback }),
        secret,
        ...(needed && { needed }),
      },
    ]
  })
}

/** What a field is marked with, also under `.optional()`, `.default()` and their kin. */
export function optionMark(field: z.ZodType): OptionMark {
  const { environment, secret, description } = (field.meta() ?? {}) as OptionMark
  if (environment !== undefined || secret !== undefined) return { environment, secret, description }
  const inner = wrapped(field)
  return inner === undefined ? {} : optionMark(inner)
}

/** Whether a mark says that the value is secret. */
export function isSecret(mark: OptionMark | undefined): boolean {
  return mark?.secret === true
}

/** The object schema inside of a schema, where there is one. */
export function nestedObject(schema: z.ZodType): z.ZodObject | undefined {
  if (schema instanceof z.ZodObject) return schema
  const inner = wrapped(schema)
  return inner === undefined ? undefined : nestedObject(inner)
}

/** A variable's text as the value that the field expects: a number, a boolean, or the text. Text that is neither stays, and the schema refuses it. */
export function convertText(field: z.ZodType, text: string): unknown {
  const { type } = innermost(field).def
  const number = Number(text)
  if (type === 'number') return text.trim() !== '' && Number.isFinite(number) ? number : text
  if (type === 'boolean') return flagOf(text) ?? text
  return text
}

function defaultOf(field: z.ZodType): string | undefined {
  if (field instanceof z.ZodDefault) {
    const value: unknown = field.def.defaultValue
    return typeof value === 'object' ? JSON.stringify(value) : String(value)
  }
  const inner = wrapped(field)
  return inner === undefined ? undefined : defaultOf(inner)
}

function innermost(field: z.ZodType): z.ZodType {
  const inner = wrapped(field)
  return inner === undefined ? field : innermost(inner)
}

function wrapped(field: z.ZodType): z.ZodType | undefined {
  const def = field.def as { innerType?: z.ZodType; in?: z.ZodType; out?: z.ZodType }
  // `fromEnvironment` pipes an input that is not checked into the schema that counts.
  const isMarked = def.in !== undefined && (field.meta() as OptionMark | undefined)?.environment !== undefined
  return def.innerType ?? (isMarked ? def.out : def.in)
}
