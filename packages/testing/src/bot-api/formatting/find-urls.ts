/**
 * Finds links and e-mail addresses in plain text, around each dot: the domain first, then what stands before and
 * behind it. Pure. Source: tdlib MessageEntity.cpp (match_urls).
 */
import type { MessageEntity } from '../objects.js'
import { checkUrl, isEmailAddress } from './url-shape.js'

const domain = /[A-Za-z0-9._~-]|(?![\p{Z}\u2000-\u200b\u200e\u200f\u2016-\u206f])[\u00c0-\u{10ffff}]/u
const userData = /[^\p{Z}\n/[\]{}()'`<>"@«»\u2000-\u200b\u200e\u200f\u2016-\u206f]/u
const path = /[^\p{Z}\n<>"«»\u2000-\u200b\u200e\u200f\u2016-\u206f]/u
const scheme = /[A-Za-z0-9+-]|(?!\p{Z})[\u0080-\u{10ffff}]/u
const badPathEnd = ".:;,('?!`"

/** Links as `url`, addresses as `email`. */
export function findUrls(text: string): MessageEntity[] {
  const found: MessageEntity[] = []
  let from = 0
  for (;;) {
    const dot = text.indexOf('.', from)
    if (dot < 0 || dot + 1 === text.length) return found
    if (text[dot + 1] === ' ') {
      from = dot + 2
      continue
    }
    const { begin, end, isBad } = spanAround(text, dot, from)
    if (!isBad && end > dot + 1) found.push(...describe(text.slice(begin, end), begin))
    from = Math.max(dot + 1, isBad ? text.lastIndexOf('.', end - 1) + 1 : skip(text, end, /\./))
  }
}

function describe(text: string, offset: number): MessageEntity[] {
  if (isEmailAddress(text)) return [{ type: 'email', offset, length: text.length }]
  if (text.startsWith('mailto:') && isEmailAddress(text.slice(7))) {
    return [{ type: 'email', offset: offset + 7, length: text.length - 7 }]
  }
  const url = checkUrl(text)
  return url === '' ? [] : [{ type: 'url', offset, length: url.length }]
}

function spanAround(text: string, dot: number, from: number) {
  let begin = skipBack(text, dot, from, domain)
  let domainEnd = dot
  let hasAt = false
  for (; domainEnd < text.length; domainEnd += 1) {
    if (text[domainEnd] === '@') hasAt = true
    else if (!domain.test(text[domainEnd] as string)) break
  }
  if (hasAt) begin = skipBack(text, begin, from, userData)
  const end = endOfUrl(text, domainEnd, dot)
  let isBad = false
  if (begin > from && text[begin - 1] === '@') {
    const userBegin = skipBack(text, begin - 1, from, userData)
    isBad = hasAt || userBegin === begin - 1
    begin = userBegin
  }
  const before = readScheme(text, begin, from)
  return { begin: begin - before.length, end, isBad: isBad || before.isBad }
}

function endOfUrl(text: string, domainEnd: number, dot: number): number {
  let end = domainEnd
  const port = /^:0*(\d{1,5})(?!\d)/.exec(text.slice(end, end + 16))
  if (port && Number(port[1]) > 0 && Number(port[1]) <= 65_535) end += port[0].length
  if (['/', '?', '#'].includes(text[end] ?? '')) {
    let pathEnd = skip(text, end + 1, path)
    while (pathEnd > end + 1 && badPathEnd.includes(text[pathEnd - 1] as string)) pathEnd -= 1
    if (text[end] === '/' || pathEnd > end + 1) end = pathEnd
  }
  while (end > dot + 1 && text[end - 1] === '.') end -= 1
  return end
}

/** The scheme before a link; a link right behind a word, or with another scheme, is none. */
function readScheme(text: string, begin: number, from: number): { length: number; isBad: boolean } {
  if (begin === from) return { length: 0, isBad: false }
  const prefix = text.slice(from, begin)
  if (prefix.length < 6 || !prefix.endsWith('://')) {
    return { length: 0, isBad: /[\p{L}\p{N}_/#@]$/u.test(prefix) }
  }
  const name = text.slice(skipBack(text, begin - 3, from, scheme), begin - 3).toLowerCase()
  if (name.endsWith('http') && name !== 'shttp') return { length: 7, isBad: false }
  if (name.endsWith('https')) return { length: 8, isBad: false }
  if (name.endsWith('ftp') && name !== 'tftp' && name !== 'sftp') return { length: 6, isBad: false }
  return name.endsWith('tonsite') ? { length: 10, isBad: false } : { length: 0, isBad: true }
}

function skip(text: string, from: number, symbol: RegExp): number {
  let index = from
  while (index < text.length && symbol.test(text[index] as string)) index += 1
  return index
}

function skipBack(text: string, from: number, until: number, symbol: RegExp): number {
  let index = from
  while (index > until && symbol.test(text[index - 1] as string)) index -= 1
  return index
}
