/** Which queries of one unit have no answer yet, so that a forgotten `await` is told with the statement's first words and, outside of production, with its place in the author's code. */
import { authorFrames } from '../author-frames.js'
import { UnitError } from '../errors.js'
import { withoutLiterals } from './sql.js'

/** A query without an answer. The text is kept by reference; a stack is written out only when it is asked for. */
export interface OpenQuery {
  /** Absent for a statement of core itself. */
  readonly text: string | undefined
  readonly stack?: string
}

const mostNamed = 3
const longestNamed = 60

/** See the file's purpose. */
export class OpenQueries {
  readonly #open = new Set<OpenQuery>()
  readonly #keepsPlaces: boolean

  /** @param keepsPlaces whether to note from where each is made; costs some microseconds a query */
  constructor(keepsPlaces: boolean) {
    this.#keepsPlaces = keepsPlaces
  }

  /** How many there are, core's own among them. */
  get size(): number {
    return this.#open.size
  }

  /** Notes one, made by whoever called. */
  begin(text: string | undefined): OpenQuery {
    const query: OpenQuery = { text }
    if (this.#keepsPlaces && text !== undefined) Error.captureStackTrace(query, this.begin)
    this.#open.add(query)
    return query
  }

  /** It has its answer. */
  end(query: OpenQuery): void {
    this.#open.delete(query)
  }

  /** The error of a unit whose work returned before these, and before so many attempts, had ended. */
  notAwaited(attempts: number): UnitError {
    const queries = [...this.#open].filter(({ text }) => text !== undefined)
    const count = queries.length + attempts || this.#open.size
    const names = [
      ...queries.map(({ text }) => firstWords(text as string)),
      ...Array<string>(attempts).fill('session.attempt(…)'),
    ]
    const named = names.length === 0 ? '' : ` (${listed(names)})`
    const what = attempts === 0 ? 'queries' : 'queries and attempts'
    const error = new UnitError(
      'UNIT_NOT_AWAITED',
      `The handler returned while ${count} of its ${what} had no answer yet${named}; nothing was kept. Await every ${attempts === 0 ? 'query' : 'query and every attempt'}.`,
    )
    const frames = queries.slice(0, mostNamed).flatMap(({ stack }) => authorFrames(stack))
    if (frames.length > 0) error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n')
    return error
  }
}

/** Adds to the stack of what a query failed with after its unit's end where that query was made: nobody awaits it, so that no stack leads there. */
export function tellPlace(error: unknown, { stack }: OpenQuery): void {
  if (!(error instanceof Error) || stack === undefined || authorFrames(error.stack).length > 0) return
  error.stack = [error.stack ?? String(error), ...authorFrames(stack)].join('\n')
}

function listed(names: readonly string[]): string {
  const more = names.length > mostNamed ? `, and ${names.length - mostNamed} more` : ''
  return `${names.slice(0, mostNamed).join(', ')}${more}`
}

/** Without values: Sequelize writes some into the text. */
function firstWords(text: string): string {
  const line = withoutLiterals(text).replace(/\s+/g, ' ').trim()
  if (line.length <= longestNamed) return line
  const end = line.lastIndexOf(' ', longestNamed)
  return `${line.slice(0, end > 0 ? end : longestNamed)} …`
}
