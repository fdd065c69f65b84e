/** Reads a method's parameters, which arrive as JSON values or as strings, the way the Bot API server does. */
import { badRequest } from '../bot-api/api-error.js'

/** A file that came with a multipart call. */
export interface UploadedFile {
  readonly fileName: string
  readonly mimeType: string | undefined
  readonly content: Buffer
}

/** The parameters of one call. */
export class Parameters {
  /**
   * @param values By name: strings from a query or form, anything from JSON.
   * @param files By the name of their form field.
   */
  constructor(
    readonly values: Readonly<Record<string, unknown>>,
    readonly files: ReadonlyMap<string, UploadedFile> = new Map(),
  ) {}

  /** A text; numbers and booleans count as their spelling, as on the real server. */
  text(name: string): string | undefined {
    const value = this.#value(name)
    if (value === undefined || value === null) return undefined
    return typeof value === 'object' ? JSON.stringify(value) : String(value)
  }

  /** A whole number; anything else counts as absent, as on the real server. */
  integer(name: string): number | undefined {
    const text = this.text(name)?.trim()
    if (text === undefined || !/^[+-]?\d+$/.test(text)) return undefined
    const value = Number(text)
    return Number.isSafeInteger(value) ? value : undefined
  }

  /** True for `true`, `yes` and `1`; false otherwise. */
  flag(name: string): boolean {
    return ['true', 'yes', '1'].includes(this.text(name)?.trim().toLowerCase() ?? '')
  }

  /**
   * A JSON-serialised value, or the value itself where the call was JSON.
   * @param label What the refusal calls it.
   * @throws ApiError 400 `can't parse <label> JSON object`.
   */
  json(name: string, label: string): unknown {
    const value = this.#value(name)
    if (typeof value !== 'string') return value ?? undefined
    if (value.trim() === '') return undefined
    try {
      return JSON.parse(value)
    } catch {
      throw badRequest(`can't parse ${label} JSON object`)
    }
  }

  /** As {@link Parameters.json}, where the real server passes over what it cannot parse. */
  lenientJson(name: string): unknown {
    const value = this.#value(name)
    if (typeof value !== 'string') return value ?? undefined
    try {
      return JSON.parse(value)
    } catch {
      return undefined
    }
  }

  #value(name: string): unknown {
    // A name such as "constructor" must not find what every object inherits.
    return Object.hasOwn(this.values, name) ? this.values[name] : undefined
  }
}
