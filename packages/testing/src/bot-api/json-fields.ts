/** Reads fields of JSON objects in parameters as the Bot API server does, with its refusals. Source: tdutils JsonValue. */
import { type ApiError, badRequest } from './api-error.js'

/** An object that came in a parameter. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Why a field was refused; the reader of the object says in which object. */
export class FieldError extends Error {
  override readonly name = 'FieldError'
}

/** True for what JSON calls an object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A text, or a number, which counts as its spelling; undefined where it is absent or null. */
export function optionalText(object: JsonObject, name: string): string | undefined {
  const value = fieldOf(object, name)
  if (value === undefined) return undefined
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  throw new FieldError(`Field "${name}" must be of type String`)
}

/** @throws FieldError where it is missing. */
export function requiredText(object: JsonObject, name: string): string {
  const value = optionalText(object, name)
  if (value === undefined) throw missing(name)
  return value
}

/** False where it is absent. */
export function optionalFlag(object: JsonObject, name: string): boolean {
  const value = fieldOf(object, name)
  if (value === undefined || typeof value === 'boolean') return value ?? false
  throw new FieldError(`Field "${name}" must be of type Boolean`)
}

/** A whole number, or a text that spells one. */
export function optionalInteger(object: JsonObject, name: string): number | undefined {
  const value = fieldOf(object, name)
  if (value === undefined) return undefined
  if (typeof value !== 'number' && typeof value !== 'string') {
    throw new FieldError(`Field "${name}" must be of type Number`)
  }
  const number = Number(value)
  if (Number.isSafeInteger(number) && String(value).trim() !== '') return number
  throw new FieldError(`Field "${name}" must be a valid Number`)
}

/** @throws FieldError where it is missing. */
export function requiredInteger(object: JsonObject, name: string): number {
  const value = optionalInteger(object, name)
  if (value === undefined) throw missing(name)
  return value
}

/** @throws FieldError where it is missing or no object. */
export function requiredObject(object: JsonObject, name: string): JsonObject {
  const value = fieldOf(object, name)
  if (value === undefined) throw missing(name)
  if (isJsonObject(value)) return value
  throw new FieldError(`Field "${name}" must be of type Object`)
}

/** A list; undefined where it is absent. */
export function optionalList(object: JsonObject, name: string): readonly unknown[] | undefined {
  const value = fieldOf(object, name)
  if (value === undefined || Array.isArray(value)) return value
  throw new FieldError(`Field "${name}" must be of type Array`)
}

/**
 * Reads an object and says which one was refused.
 * @throws ApiError 400 `<prefix>: <why>`.
 */
export function readAs<T>(prefix: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof FieldError) throw refusal(prefix, error.message, error)
    throw error
  }
}

function refusal(prefix: string, reason: string, cause: Error): ApiError {
  return Object.assign(badRequest(prefix === '' ? lowerFirst(reason) : `${prefix}: ${reason}`), { cause })
}

/** The server begins its reasons with a small letter, unless they are codes as BUTTON_DATA_INVALID. */
function lowerFirst(reason: string): string {
  return /^[A-Z][a-z']/.test(reason) ? reason.charAt(0).toLowerCase() + reason.slice(1) : reason
}

function missing(name: string): FieldError {
  return new FieldError(`Can't find field "${name}"`)
}

function fieldOf(object: JsonObject, name: string): unknown {
  const value = Object.hasOwn(object, name) ? object[name] : undefined
  return value === null ? undefined : value
}
