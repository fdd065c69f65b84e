/** Finds in SQL text the statements that begin or end a transaction or set savepoints, without being misled by strings, comments and function bodies. Pure: no I/O. */
import { UnitError } from '../errors.js'
import { readTokens } from './sql-tokens.js'

/** One statement of a text. */
export interface SqlStatement {
  readonly text: string
  /** Keywords and names outside of strings, comments and quotes, in capitals. */
  readonly words: readonly string[]
}

/**
 * The first statement of `text` that would begin, end or divide the transaction of a unit of work. Cheap where no such
 * word is in the text.
 */
export function findUnitControl(text: string): string | undefined {
  if (!anyControlWord.test(text)) return undefined
  return splitStatements(text).find(({ words }) => isUnitControl(words))?.text
}

/** The error for what {@link findUnitControl} found. Nothing was sent. */
export function transactionControl(statement: string): UnitError {
  return new UnitError(
    'UNIT_TX_CONTROL',
    `A query of a unit of work would begin, end or divide its transaction, so it was not sent: ${statement.slice(0, 80)}. Throw to undo everything, use session.attempt(…) to undo a part, and leave the commit to Hello.`,
  )
}

/** Whether a statement begins or ends a transaction. `ROLLBACK TO` a savepoint does neither. */
export function endsTransaction([first = '', ...others]: readonly string[]): boolean {
  if (first === 'PREPARE') return others[0] === 'TRANSACTION'
  if (first === 'ROLLBACK' && others.slice(0, 2).includes('TO')) return false
  return controlWords.has(first)
}

/** Cuts a text at its semicolons; empty statements are left out. */
export function splitStatements(text: string): SqlStatement[] {
  const statements: SqlStatement[] = []
  let words: string[] = []
  let start = 0
  let bodyDepth = 0
  const end = (at: number) => {
    if (words.length > 0) statements.push({ text: text.slice(start, at).trim(), words })
    words = []
    start = at + 1
  }
  for (const { text: found, start: at } of readTokens(text)) {
    if (found === ';' && bodyDepth === 0) end(at)
    else if (/^[a-z_\u0080-\uffff](?!')/iu.test(found)) {
      const word = found.toUpperCase()
      bodyDepth = depthAfter(bodyDepth, word, words.at(-1))
      words.push(word)
    }
  }
  end(text.length)
  return statements
}

const controlWords = new Set(['BEGIN', 'START', 'COMMIT', 'END', 'ABORT', 'ROLLBACK'])

const anyControlWord = /\b(?:begin|start|commit|end|abort|rollback|prepare|savepoint|release)\b/i

function isUnitControl(words: readonly string[]): boolean {
  const [first = ''] = words
  return first === 'SAVEPOINT' || first === 'RELEASE' || first === 'ROLLBACK' || endsTransaction(words)
}

/** A function body of the form BEGIN ATOMIC … END (PostgreSQL 14) has semicolons and END of its own. */
function depthAfter(depth: number, word: string, previous: string | undefined): number {
  if (depth === 0) return word === 'ATOMIC' && previous === 'BEGIN' ? 1 : 0
  if (word === 'CASE') return depth + 1
  return word === 'END' ? depth - 1 : depth
}
