/** Finds in SQL text what would end the transaction of a migration before its log row is written, or what none allows. Pure: no I/O. */
import { endsTransaction, splitStatements } from '../database/transaction-control.js'

/**
 * The first statement of `text` that begins or ends a transaction, or that none allows (CONCURRENTLY).
 * `ROLLBACK TO` a savepoint is none of these.
 */
export function findTransactionControl(text: string): string | undefined {
  return splitStatements(text).find(({ words }) => isRefused(words))?.text
}

function isRefused(words: readonly string[]): boolean {
  // REFRESH MATERIALIZED VIEW CONCURRENTLY is allowed in a transaction, the others are not.
  return endsTransaction(words) || (words.includes('CONCURRENTLY') && words[0] !== 'REFRESH')
}
