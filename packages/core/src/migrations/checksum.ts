/** The checksum of the statements of a migration, by which a later change of them is noticed. Values and layout are no part of it. Pure: no I/O. */
import { createHash } from 'node:crypto'
import { readTokens } from '../database/sql-tokens.js'

/** SHA-256 in hex, in two forms. */
export interface MigrationChecksums {
  /** Without layout and comments, as it is written into the log. */
  readonly plain: string
  /** Of the text as it stands, as the log was written before layout was left out. */
  readonly exact: string
}

/** The present checksums of applied migrations by their id; one that cannot be compared is absent. */
export type RecordedChecksums = ReadonlyMap<string, MigrationChecksums>

/** What the log holds where there is nothing to compare with. */
export const noChecksum = ''

/** Takes in one statement after the other. */
export class StatementHash {
  readonly #plain = createHash('sha256')
  readonly #exact = createHash('sha256')

  add(text: string): void {
    this.#plain.update(`${withoutLayout(text)}\0`)
    this.#exact.update(`${text}\0`)
  }

  /** Of the statements so far. */
  checksums(): MigrationChecksums {
    return { plain: this.#plain.copy().digest('hex'), exact: this.#exact.copy().digest('hex') }
  }
}

/** Whether a checksum of the log is that of these statements. */
export function isChecksumOf(logged: string, { plain, exact }: MigrationChecksums): boolean {
  return logged === plain || logged === exact
}

/**
 * SQL text with one space for white space and comments between its tokens, and none beside brackets, commas and
 * semicolons. Whatever is quoted stays as it is, function bodies too.
 */
export function withoutLayout(text: string): string {
  // What this gives stands in databases as a checksum: another answer for the same text would refuse their start.
  let plain = ''
  let previous = ''
  let hasGap = false
  for (const { text: found } of readTokens(text)) {
    if (isGap.test(found)) {
      hasGap = true
      continue
    }
    const needsSpace = hasGap && previous !== '' && !standsAlone.test(found) && !standsAlone.test(previous)
    plain += needsSpace ? ` ${found}` : found
    previous = found
    hasGap = false
  }
  return plain
}

// White space as PostgreSQL has it: to it, a no-break space is part of a name.
const isGap = /^(?:[ \t\n\r\f\v]$|--|\/\*)/
const standsAlone = /^[(),;]$/
