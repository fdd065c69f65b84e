/** All rows of the fault matrix, by their number. */
import type { Row } from '../harness/row.js'
import { killRows } from './kills.js'

/** See the file's purpose. */
export const allRows: readonly Row[] = [...killRows].sort((a, b) => a.number - b.number)
