/** Finds in SQL text what would end the transaction of a migration before its log row is written, without being misled by strings, comments and function bodies. Pure: no I/O. */
import { readTokens } from './sql-tokens.js'

/**
 * The first statement of `text` that begins or ends a transaction, or that none allows (CONCURRENTLY).
 * `ROLLBACK TO` a savepoint is none of these.
 */
export function findTransactionControl(text: string): string | undefined {
  return splitStatements(text).find(({ words }) => isTransactionControl(words))?.text
}

interface Statement {
  readonly text: string
  /** Keywords and names outside of strings, comments and quotes, in capitals. */
  readonly words: readonly string[]
}

const controlWords = new Set(['BEGIN', 'START', 'COMMIT', 'END', 'ABORT', 'ROLLBACK'])

function isTransactionControl(words: readonly string[]): boolean {
  const [first = '', second] = words
  if (first === 'PREPARE') return second === 'TRANSACTION'
  if (first === 'ROLLBACK' && words.slice(1, 3).includes('TO')) return false
  if (controlWords.has(first)) return true
  // REFRESH MATERIALIZED VIEW CONCURRENTLY is allowed in a transaction, the others are not.
  return words.includes('CONCURRENTLY') && first !== 'REFRESH'
}

function splitStatements(text: string): Statement[] {
  const statements: Statement[] = []
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

/** A function body of the form BEGIN ATOMIC … END (PostgreSQL 14) has semicolons and END of its own. */
function depthAfter(depth: number, word: string, previous: string | undefined): number {
  if (depth === 0) return word === 'ATOMIC' && previous === 'BEGIN' ? 1 : 0
  if (word === 'CASE') return depth + 1
  return word === 'END' ? depth - 1 : depth
}
