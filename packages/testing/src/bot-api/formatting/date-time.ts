/** The entity of a date and time: how its format is read and in which order Telegram gives it back. Pure. Source: Bot API, date-time entity formatting. */
import type { MessageEntity } from '../objects.js'

/**
 * A format in Telegram's order: weekday, date, time; `r` for a time relative to now; empty for none.
 * @param prefersShort True where the short form wins over the long one, false where the last one given does.
 * @returns undefined where it is none.
 */
export function normaliseDateFormat(format: string, prefersShort: boolean): string | undefined {
  if (/^r$/i.test(format)) return 'r'
  if (!/^[tTdDwW]*$/.test(format)) return undefined
  const weekday = /w/i.test(format) ? 'w' : ''
  return weekday + choose(format, 'd', prefersShort) + choose(format, 't', prefersShort)
}

/** The entity; undefined where the time is no time or the format no format. */
export function dateTimeEntity(
  unix: string,
  format: string,
  span: { offset: number; length: number },
): MessageEntity | undefined {
  const normal = normaliseDateFormat(format, true)
  if (!/^[1-9]\d{0,9}$/.test(unix) || Number(unix) > 0x7fffffff || normal === undefined) return undefined
  return { type: 'date_time', ...span, unix_time: Number(unix), date_time_format: normal }
}

function choose(format: string, short: string, prefersShort: boolean): string {
  const given = [...format].filter((letter) => letter.toLowerCase() === short)
  if (given.length === 0) return ''
  return prefersShort && given.includes(short) ? short : (given.at(-1) as string)
}
