/** Lets an option of a plugin come from an environment variable, and checks what a plugin is given: every fault at once. */

import { z } from 'zod'
import { ConfigError, throwAll } from '../errors.js'
import { type Environment, readVariable } from './environment.js'
import { nearestName } from './nearest-name.js'
import { convertText, isSecret, nestedObject, type OptionMark, optionMark } from './option-fields.js'
import { quote } from './rule.js'

/** A schema whose input may be left out, since the environment may have it, and whose output is that of `Schema`. */
export type EnvironmentField<Schema extends z.ZodType> = z.ZodPipe<
  z.ZodOptional<z.ZodCustom<z.input<Schema>, z.input<Schema>>>,
  Schema
>

/**
 * Marks a field of a plugin's options as coming from an environment variable, or from the file that `<name>_FILE` names,
 * where the option is not given. Text becomes a number or a boolean where the schema expects one. A secret field is
 * hidden in logs and messages; one that is named like a secret and says neither is warned about. Write it as the outermost call of the field.
 */
export function fromEnvironment<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  { secret }: { secret?: boolean } = {},
): EnvironmentField<Schema> {
  const { description } = schema
  const mark: OptionMark = {
    environment: name,
    ...(secret !== undefined && { secret }),
    ...(description !== undefined && { description }),
  }
  // The field itself checks nothing, so that a schema with a transform sees the value once.
  const anything = z.custom<z.input<Schema>>().optional()
  return (anything as z.ZodType)
    .pipe(schema as z.ZodType<unknown, unknown>)
    .meta({ ...mark }) as unknown as EnvironmentField<Schema>
}

/** The options of a plugin as its code gets them. */
export interface ResolvedOptions<Output> {
  options: Output
  /** The values of secret fields, for the redactor. */
  secrets: string[]
  /** What the operator should hear once at start. */
  warnings: string[]
}

/**
 * Fills the options of a plugin from the environment and checks them.
 * @throws ConfigError for one fault, an AggregateError of ConfigErrors for several: CONFIG_OPTIONS (an option is missing
 * or wrong; a secret's value is not shown), CONFIG_UNKNOWN_KEY, CONFIG_SECRET_CONFLICT, CONFIG_SECRET_FILE.
 */
export function resolveOptions<Schema extends z.ZodType>(
  pluginName: string,
  schema: Schema,
  given: unknown,
  env: Environment,
): ResolvedOptions<z.output<Schema>> {
  const filling = new Filling(pluginName, env)
  const object = nestedObject(schema)
  const isFillable = object !== undefined && (given === undefined || isRecord(given))
  const filled = isFillable ? filling.fill(object, given ?? {}, []) : given
  const result = schema.safeParse(filled)
  const faults = [
    ...filling.faults,
    ...(result.success ? [] : result.error.issues.flatMap((issue) => filling.blame(issue, filled))),
  ]
  throwAll(faults, `The options of plugin "${pluginName}" have several faults:`)
  const { secrets, warnings } = filling
  return { options: result.data as z.output<Schema>, secrets: [...new Set(secrets)], warnings }
}

type Path = readonly PropertyKey[]

/** One walk over a schema and what was given for it. */
class Filling {
  readonly faults: ConfigError[] = []
  readonly secrets: string[] = []
  readonly warnings: string[] = []
  readonly #marks = new Map<string, OptionMark>()
  readonly #unread = new Set<string>()

  constructor(
    readonly pluginName: string,
    readonly env: Environment,
  ) {}

  fill(object: z.ZodObject, given: Record<string, unknown>, at: Path): Record<string, unknown> {
    const filled = this.#known(object, given, at)
    for (const [key, field] of Object.entries(object.shape) as [string, z.ZodType][]) {
      const path = [...at, key]
      const mark = optionMark(field)
      this.#marks.set(path.join('.'), mark)
      const value = filled[key] === undefined ? this.#read(field, mark, path) : filled[key]
      const nested = nestedObject(field)
      const isWalked = nested !== undefined && (value === undefined || isRecord(value))
      const walked = isWalked ? this.fill(nested, value ?? {}, path) : value
      // An inner object that nobody gave and nothing filled stays away, or it would be found incomplete.
      const isEmpty =
        walked === undefined ||
        (isWalked && value === undefined && Object.keys(walked as object).length === 0)
      if (!isEmpty) filled[key] = walked
      if (mark.secret === true) this.#keep(walked)
      else if (typeof walked === 'string') this.#suspect(key, mark, path)
    }
    return filled
  }

  /** The faults of one issue of zod, none where its cause was already said. */
  blame(issue: z.core.$ZodIssue, filled: unknown): ConfigError[] {
    const path = issue.path.join('.')
    if (this.#unread.has(path)) return []
    const value = issue.path.reduce<unknown>(
      (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
      filled,
    )
    const secret = issue.path.some((_, index) =>
      isSecret(this.#marks.get(issue.path.slice(0, index + 1).join('.'))),
    )
    // An author's own message may quote the value.
    const message =
      secret && typeof value === 'string' && value !== ''
        ? issue.message.replaceAll(value, '[secret]')
        : issue.message
    const shown =
      secret || typeof value === 'object' || value === undefined ? typeName(value) : quote(String(value))
    const name = this.#marks.get(path)?.environment
    const fix = name === undefined ? '' : `, or set ${name} or ${name}_FILE`
    const place = path === '' ? 'options' : `option "${path}"`
    return [
      new ConfigError(
        'CONFIG_OPTIONS',
        `Plugin "${this.pluginName}", ${place}: ${message}, got ${shown}. Give it in the options of the plugin${fix}.`,
      ),
    ]
  }

  #known(object: z.ZodObject, given: Record<string, unknown>, at: Path): Record<string, unknown> {
    const catchAll = (object.def.catchall as z.ZodType | undefined)?.def.type
    if (catchAll !== undefined && catchAll !== 'never') return { ...given }
    const names = Object.keys(object.shape)
    const entries = Object.entries(given)
    for (const [key] of entries) if (!names.includes(key)) this.#unknownKey(key, names, at)
    return Object.fromEntries(entries.filter(([key]) => names.includes(key)))
  }

  #unknownKey(key: string, names: string[], at: Path): void {
    const near = nearestName(key, names)
    const fix = near === undefined ? 'Remove it.' : `Did you mean "${near}"?`
    const known = names.length === 0 ? 'none' : names.join(', ')
    const path = [...at, key].join('.')
    this.faults.push(
      new ConfigError(
        'CONFIG_UNKNOWN_KEY',
        `Plugin "${this.pluginName}" has no option "${path}": expected ${known}. ${fix}`,
      ),
    )
  }

  #read(field: z.ZodType, { environment, secret }: OptionMark, path: Path): unknown {
    if (environment === undefined) return undefined
    try {
      const { text, warning } = readVariable(this.env, environment, { secret })
      if (warning !== undefined) this.warnings.push(warning)
      if (secret === true) this.#keep(text)
      return text === undefined ? undefined : convertText(field, text)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      this.#unread.add(path.join('.'))
      this.faults.push(error)
      return undefined
    }
  }

  /** What is named like a secret and not marked as one would stand in logs. */
  #suspect(key: string, { environment, secret }: OptionMark, path: Path): void {
    if (secret !== undefined || !(looksSecret(key) || looksSecret(environment ?? ''))) return
    const fix =
      environment === undefined
        ? '.meta({ secret: true })'
        : `fromEnvironment('${environment}', …, { secret: true })`
    this.warnings.push(
      `Plugin "${this.pluginName}", option "${path.join('.')}" is named like a secret and not marked as one: it is not hidden in logs. Mark it with ${fix}, or, where it is none, with secret: false.`,
    )
  }

  #keep(value: unknown): void {
    if (typeof value === 'string' && value !== '') this.secrets.push(value)
    if (typeof value === 'object' && value !== null)
      for (const inner of Object.values(value)) this.#keep(inner)
  }
}

/** `apiToken`, `FEED_API_KEY`, `password`; not `tokenLimit`, `keyboard`, `monkey`. */
function looksSecret(name: string): boolean {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
  return /(^|_)(token|secret|password|passphrase|credentials|((api|private|access|secret)_?key))$/.test(words)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function typeName(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}
