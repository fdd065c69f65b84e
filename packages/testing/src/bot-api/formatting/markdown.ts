/** parse_mode Markdown, the legacy one: no nesting. Source: Bot API, Markdown style; tdlib MessageEntity.cpp. */
import type { MessageEntity } from '../objects.js'
import { linkEntity } from './link-entity.js'
import { readPreHead } from './markdown-pre.js'
import { byteOffset, refuseMarkup } from './parse-refusal.js'

const typeByMarker: Readonly<Record<string, string>> = { _: 'italic', '*': 'bold', '`': 'code' }

/**
 * Parses a text in legacy Markdown.
 * @throws ApiError 400 `can't parse entities: Can't find end of the entity starting at byte offset …`.
 */
export function parseMarkdown(source: string): { text: string; entities: MessageEntity[] } {
  const entities: MessageEntity[] = []
  let text = ''
  let position = 0
  while (position < source.length) {
    const character = source[position] as string
    if (character === '\\' && '_*`['.includes(source[position + 1] ?? 'x')) {
      text += source[position + 1]
      position += 2
    } else if (!'_*`['.includes(character)) {
      text += character
      position += 1
    } else {
      const span = readSpan(source, position)
      if (span.content !== '') {
        const entity = describe(span, text.length)
        if (entity) entities.push(entity)
      }
      text += span.content
      position = span.end
    }
  }
  return { text, entities }
}

interface Span {
  readonly marker: string
  readonly content: string
  readonly language: string
  /** Of a link: where it leads. */
  readonly url: string
  readonly isPre: boolean
  readonly end: number
}

function readSpan(source: string, begin: number): Span {
  const marker = source[begin] as string
  const isPre = source.startsWith('```', begin)
  const head = isPre ? readPreHead(source, begin + 3) : { language: '', end: begin + 1 }
  const close = source.indexOf(isPre ? '```' : marker === '[' ? ']' : marker, head.end)
  if (close < 0) {
    throw refuseMarkup(`Can't find end of the entity starting at byte offset ${byteOffset(source, begin)}`)
  }
  const content = source.slice(head.end, close)
  const closed = { marker, content, language: head.language, isPre }
  // An empty [] takes no address: what follows in brackets stays text.
  if (marker !== '[' || content === '') return { ...closed, url: '', end: close + (isPre ? 3 : 1) }
  if (source[close + 1] !== '(') return { ...closed, url: content, end: close + 1 }
  const urlEnd = source.indexOf(')', close + 2)
  const end = urlEnd < 0 ? source.length : urlEnd
  return { ...closed, url: source.slice(close + 2, end), end: end + 1 }
}

function describe(span: Span, offset: number): MessageEntity | undefined {
  const { length } = span.content
  if (span.marker === '[') return linkEntity(span.url, offset, length)
  if (!span.isPre) return { type: typeByMarker[span.marker] as string, offset, length }
  return { type: 'pre', offset, length, ...(span.language !== '' && { language: span.language }) }
}
