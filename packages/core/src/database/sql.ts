/** SQL as tagged templates: values become parameters, so that text from people never becomes SQL; a call site without fragments gets a name, so that the server prepares it once for each connection. Pure: no I/O. */
import { createHash } from 'node:crypto'
import { findUnitControl } from './transaction-control.js'

/** Runs one statement and gives its rows. Interpolated values are sent as parameters; a {@link SqlFragment} is inserted as text. */
export type Sql = <Row extends object = Record<string, unknown>>(
  strings: TemplateStringsArray,
  ...values: readonly unknown[]
) => Promise<Row[]>

/** A statement with its values, to be run later: what {@link statement} makes. `name` is set where the text is constant and worth preparing. */
export interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
  readonly name?: string
  /** The first statement in it that would begin, end or divide the unit's transaction. */
  readonly control?: string | undefined
}

/**
 * SQL as a value, for what core runs later: `defineLoader`, `defineAppender`. Values become parameters; nothing is run.
 *
 * @example
 * ```ts
 * statement`SELECT * FROM users WHERE telegram_id = ANY(${ids})`
 * ```
 */
export function statement(strings: TemplateStringsArray, ...values: readonly unknown[]): Statement {
  return compileSql(strings, values)
}

/** A piece of SQL that is not a value: an identifier, or text that the author vouches for. Made by {@link identifier} and {@link raw} alone. */
export class SqlFragment {
  private constructor(readonly text: string) {}

  /** @internal */
  static of(text: string): SqlFragment {
    return new SqlFragment(text)
  }
}

/** A quoted name of a table, column, role …: `identifier('users')` gives `"users"`, with quotes inside doubled. */
export function identifier(name: string): SqlFragment {
  return SqlFragment.of(`"${name.replaceAll('"', '""')}"`)
}

/** Text that becomes SQL as it is. Never pass what a person wrote. */
export function raw(text: string): SqlFragment {
  return SqlFragment.of(text)
}

// A template's strings array is one object for each call site, so its compiled form is found without hashing.
const compiledBySite = new WeakMap<TemplateStringsArray, Site>()

interface Site {
  readonly text: string
  readonly name: string
  readonly control: string | undefined
}

/** Turns a tagged template into text with `$1 …`, values and, where it has no fragments, a name. */
export function compileSql(strings: TemplateStringsArray, values: readonly unknown[]): Statement {
  if (values.some((value) => value instanceof SqlFragment)) return compileWithFragments(strings, values)
  let site = compiledBySite.get(strings)
  if (site === undefined) {
    const text = strings.reduce((sql, piece, index) => `${sql}$${index}${piece}`)
    const name = `hello_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
    site = { text, name, control: findUnitControl(text) }
    compiledBySite.set(strings, site)
  }
  return { text: site.text, name: site.name, values, control: site.control }
}

function compileWithFragments(strings: TemplateStringsArray, values: readonly unknown[]): Statement {
  const parameters: unknown[] = []
  let text = strings[0] ?? ''
  values.forEach((value, index) => {
    if (value instanceof SqlFragment) text += value.text
    else text += `$${parameters.push(value)}`
    text += strings[index + 1] ?? ''
  })
  return { text, values: parameters, control: findUnitControl(text) }
}

/** Text of a statement with `?` for every literal, fit to be shown: values of people are not in it. Quoted names and `$1` stay. */
export function withoutLiterals(text: string): string {
  return text.replace(literals, (found) => (found.startsWith('"') ? found : '?'))
}

// A quoted name, a string with backslash escapes, a string, or a number that is no part of a name or a parameter.
const literals =
  /"(?:[^"]|"")*"|\b[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|(?<![\w$.])\d[\d.]*(?:[eE][+-]?\d+)?/g
