/** Pages of a list under a message: which rows belong to a page, and the row of buttons that turns it. Pure. */
import type { InlineKeyboardButton } from 'telegraf/types'
import { PluginError } from '../errors.js'
import { noActionData } from './core-callbacks.js'

/** What a page is planned from. */
export interface PageRequest {
  /** The page that was asked for; from 1. One beyond the list is the nearest that there is. */
  readonly page: number
  /** Rows on a page. Integer ≥ 1. */
  readonly pageSize: number
  /** Rows of the whole list, now. Integer ≥ 0. */
  readonly total: number
}

/** A page that exists. An empty list has one, without rows. */
export interface Page {
  /** From 1. */
  readonly page: number
  /** How many there are; at least 1. */
  readonly pages: number
  /** Rows before it: for `OFFSET`. */
  readonly offset: number
  /** Most rows on it: for `LIMIT`. */
  readonly limit: number
}

/**
 * The page to be shown. A button may be older than the list: where the list has shrunk, its last page is shown.
 *
 * @throws PluginError PAGE_INVALID: a number is not whole or out of its bounds.
 */
export function planPage({ page, pageSize, total }: PageRequest): Page {
  assertWhole('page', page, Number.MIN_SAFE_INTEGER)
  assertWhole('pageSize', pageSize, 1)
  assertWhole('total', total, 0)
  const pages = Math.max(1, Math.ceil(total / pageSize))
  const shown = Math.min(Math.max(page, 1), pages)
  return { page: shown, pages, offset: (shown - 1) * pageSize, limit: pageSize }
}

/**
 * The buttons that turn a page: `« 1`, `‹ 3`, `4 / 9`, `5 ›`, `9 »`, without those that lead nowhere. The middle one does
 * nothing. Empty where there is one page.
 *
 * @param dataOf the button data for a page
 * @example
 * ```ts
 * pagingRow(page, (page) => usersPage.pack({ page, sort }))
 * ```
 */
export function pagingRow(
  { page, pages }: Pick<Page, 'page' | 'pages'>,
  dataOf: (page: number) => string,
): InlineKeyboardButton.CallbackButton[] {
  if (pages < 2) return []
  const to = (text: string, target: number) => ({ text, callback_data: dataOf(target) })
  return [
    ...(page > 2 ? [to('« 1', 1)] : []),
    ...(page > 1 ? [to(`‹ ${page - 1}`, page - 1)] : []),
    { text: `${page} / ${pages}`, callback_data: noActionData },
    ...(page < pages ? [to(`${page + 1} ›`, page + 1)] : []),
    ...(page < pages - 1 ? [to(`${pages} »`, pages)] : []),
  ]
}

function assertWhole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return
  const expected = least < 0 ? 'a whole number' : `a whole number of at least ${least}`
  throw new PluginError('PAGE_INVALID', `planPage(): ${name} is ${String(value)}, expected ${expected}.`)
}
