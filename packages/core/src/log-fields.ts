/** Turns what is handed to the logger into plain data that may be printed: an allow-list, so no user's words, SQL values or whole objects slip out. */

/** What is printed of an error. */
export interface LoggedError {
  name: string
  message: string
  /** The code of Hello, of Node, or of PostgreSQL where the error is pg's own; Telegram's `error_code` is a number. */
  code?: string | number
  stack?: string
  /** The five characters of PostgreSQL's error, where another error wraps it. */
  sqlstate?: string
  constraint?: string
  table?: string
  cause?: unknown
  /** The parts of an `AggregateError`. */
  errors?: unknown[]
}

const deepest = 5
const widest = 50

/** Makes every field printable. Class instances become their name, updates and messages their ids. Never throws on plain data. */
export function serializeFields(fields: object): Record<string, unknown> {
  const printable: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(fields)) printable[key] = serializeValue(value, deepest)
  return printable
}

/**
 * What may be printed of an error: name, code, message, stack, the database's sqlstate, constraint and table, and the
 * same of its cause and its parts. Never the SQL, its values, or the request that failed.
 */
export function serializeError(error: Error, depth = deepest): LoggedError {
  const details = error as ErrorDetails
  const driverError = details.original ?? details.parent
  const message = withoutValues(error.message, driverError?.code ?? details.code)
  const constraint = details.constraint ?? driverError?.constraint
  const table = details.table ?? driverError?.table
  return {
    name: error.name,
    message,
    ...(isCode(details.code) && { code: details.code }),
    ...(error.stack !== undefined && { stack: error.stack.replace(error.message, () => message) }),
    ...(typeof driverError?.code === 'string' && { sqlstate: driverError.code }),
    ...(typeof constraint === 'string' && { constraint }),
    ...(typeof table === 'string' && { table }),
    ...(error.cause !== undefined && { cause: serializeValue(error.cause, depth - 1) }),
    ...(error instanceof AggregateError && { errors: serializeList(error.errors, depth - 1) }),
  }
}

interface ErrorDetails {
  code?: unknown
  constraint?: unknown
  table?: unknown
  original?: { code?: unknown; constraint?: unknown; table?: unknown }
  parent?: { code?: unknown; constraint?: unknown; table?: unknown }
}

function isCode(code: unknown): code is string | number {
  return typeof code === 'string' || typeof code === 'number'
}

// PostgreSQL quotes the refused value at the end of class 22 messages: invalid input syntax for type bigint: "…"
function withoutValues(message: string, sqlstate: unknown): string {
  return typeof sqlstate === 'string' && sqlstate.startsWith('22')
    ? message.replace(/"[\s\S]*"/, '"[value]"')
    : message
}

function serializeValue(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'function') return `[function ${value.name}]`
  if (typeof value !== 'object' || value === null) return value
  if (depth <= 0) return '[deeper]'
  if (value instanceof Error) return serializeError(value, depth)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (Array.isArray(value)) return serializeList(value, depth)
  if (value instanceof Uint8Array) return `[${value.byteLength} bytes]`
  if (!isPlain(value)) return `[${value.constructor?.name ?? 'object'}]`
  return telegramIds(value) ?? serializePlain(value, depth)
}

function serializeList(list: readonly unknown[], depth: number): unknown[] {
  const printable = list.slice(0, widest).map((item) => serializeValue(item, depth - 1))
  if (list.length > widest) printable.push(`[${list.length - widest} more]`)
  return printable
}

function serializePlain(value: object, depth: number): Record<string, unknown> {
  const printable: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(value)) printable[key] = serializeValue(inner, depth - 1)
  return printable
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** The ids of an update or a message, in place of what a person wrote. */
function telegramIds(value: object): Record<string, unknown> | undefined {
  const { update_id: updateId, message_id: messageId } = value as {
    update_id?: unknown
    message_id?: unknown
  }
  if (typeof updateId === 'number') {
    const type = Object.keys(value).find((key) => key !== 'update_id')
    return { updateId, type }
  }
  if (typeof messageId !== 'number' || !('date' in value)) return undefined
  return { messageId, chatId: (value as { chat?: { id?: unknown } }).chat?.id }
}
