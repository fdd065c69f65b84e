/** Start tags of parse_mode HTML: which there are, and how their attributes are read. Source: tdlib MessageEntity.cpp. */
import { decodeReferences } from './html-reference.js'
import { byteOffset, isSpace, refuseMarkup } from './parse-refusal.js'

/** The type of entity that a tag becomes. */
export const typeByTag: Readonly<Record<string, string>> = {
  a: 'text_link',
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  'tg-spoiler': 'spoiler',
  span: 'spoiler',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
  'tg-emoji': 'custom_emoji',
  'tg-time': 'date_time',
}

/** A start tag that was read. */
export interface StartTag {
  readonly name: string
  /** The one attribute that counts: link, language, emoji id, Unix time, `1` of an expandable quotation; empty without. */
  readonly argument: string
  /** Of a time: how it is shown. */
  readonly format: string
  /** The position behind it. */
  readonly end: number
}

/**
 * Reads the tag that begins at `begin`.
 * @throws ApiError 400 `can't parse entities: …`.
 */
export function readStartTag(source: string, begin: number): StartTag {
  const at = () => byteOffset(source, begin)
  let position = begin + 1
  while (!isSpace(source[position]) && source[position] !== '>') position += 1
  if (position >= source.length) throw refuseMarkup(`Unclosed start tag at byte offset ${at()}`)
  const name = source.slice(begin + 1, position).toLowerCase()
  if (!Object.hasOwn(typeByTag, name)) {
    throw refuseMarkup(`Unsupported start tag "${name}" at byte offset ${at()}`)
  }
  let argument = ''
  let format = ''
  while (source[position] !== '>') {
    position = skipSpaces(source, position)
    if (source[position] === '>') break
    const attribute = readAttribute(source, position, name, at)
    argument = argumentOf(name, attribute) ?? argument
    if (name === 'tg-time' && attribute.name === 'format') format = attribute.value ?? ''
    position = attribute.end
  }
  if (name === 'span' && argument !== 'spoiler') {
    throw refuseMarkup(`Tag "span" must have class "tg-spoiler" at byte offset ${at()}`)
  }
  return { name, argument, format, end: position + 1 }
}

interface Attribute {
  readonly name: string
  /** Undefined for an attribute without a value. */
  readonly value: string | undefined
  readonly end: number
}

function readAttribute(source: string, begin: number, tag: string, at: () => number): Attribute {
  let position = begin
  while (!isSpace(source[position]) && !'=>/"\''.includes(source[position] as string)) position += 1
  const name = source.slice(begin, position)
  if (name === '') throw refuseMarkup(`Empty attribute name in the tag "${tag}" at byte offset ${at()}`)
  position = skipSpaces(source, position)
  const isUnclosed = () => refuseMarkup(`Unclosed start tag "${tag}" at byte offset ${at()}`)
  if (position >= source.length) throw isUnclosed()
  if (source[position] !== '=') return { name, value: undefined, end: position }
  position = skipSpaces(source, position + 1)
  if (position >= source.length) throw isUnclosed()
  const { value, end } = readValue(source, position)
  if (end >= source.length) throw refuseMarkup(`Unclosed start tag at byte offset ${at()}`)
  return { name, value, end }
}

function readValue(source: string, begin: number): { value: string; end: number } {
  const quote = source[begin] as string
  if (quote !== '"' && quote !== "'") {
    let end = begin
    while (/[A-Za-z0-9.-]/.test(source[end] ?? '')) end += 1
    if (!isSpace(source[end]) && source[end] !== '>') {
      throw refuseMarkup(`Unexpected end of name token at byte offset ${byteOffset(source, begin)}`)
    }
    return { value: source.slice(begin, end).toLowerCase(), end }
  }
  const close = source.indexOf(quote, begin + 1)
  if (close < 0) return { value: '', end: source.length }
  return { value: decodeReferences(source.slice(begin + 1, close)), end: close + 1 }
}

function argumentOf(tag: string, { name, value }: Attribute): string | undefined {
  if (tag === 'blockquote' && name === 'expandable') return '1'
  if (value === undefined) return undefined
  if (tag === 'a' && name === 'href') return value
  if (tag === 'code' && name === 'class' && value.startsWith('language-')) return value.slice(9)
  if (tag === 'span' && name === 'class' && value.startsWith('tg-')) return value.slice(3)
  if (tag === 'tg-time' && name === 'unix') return value
  return tag === 'tg-emoji' && name === 'emoji-id' ? value : undefined
}

function skipSpaces(source: string, from: number): number {
  let position = from
  while (position < source.length && isSpace(source[position])) position += 1
  return position
}
