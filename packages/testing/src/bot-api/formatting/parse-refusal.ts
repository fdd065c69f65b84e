/** How Telegram refuses markup: in its own words, with positions in bytes of UTF-8. */
import { type ApiError, badRequest } from '../api-error.js'

/** `Bad Request: can't parse entities: …` */
export function refuseMarkup(reason: string): ApiError {
  return badRequest(`can't parse entities: ${reason}`)
}

/** The position in bytes of a position in UTF-16 units. */
export function byteOffset(source: string, position: number): number {
  return Buffer.byteLength(source.slice(0, position))
}

/** What Telegram's parsers take for a blank: the end of the text among them. */
export function isSpace(character: string | undefined): boolean {
  return character === undefined || ' \t\r\n\0\v'.includes(character)
}
