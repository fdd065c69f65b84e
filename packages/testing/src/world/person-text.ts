/** What a person can send as one message in Telegram's apps. */
import { TestingError } from '../errors.js'

/** @throws TestingError TEXT_EMPTY, TEXT_TOO_LONG beyond 4096 characters. */
export function checkText(text: string): void {
  if (text.trim() === '')
    throw new TestingError('TEXT_EMPTY', 'Telegram sends no empty message. Give some text.')
  const { length } = text.length > 4096 ? [...text] : text
  if (length <= 4096) return
  throw new TestingError(
    'TEXT_TOO_LONG',
    `A message holds 4096 characters, this text has ${length}. Telegram's apps would split it; send the parts.`,
  )
}
