/** parse_mode HTML: tags to entities, with Telegram's own refusals. Source: Bot API, HTML style; tdlib MessageEntity.cpp. */
import type { MessageEntity } from '../objects.js'
import { dateTimeEntity, normaliseDateFormat } from './date-time.js'
import { sortEntities } from './entity-order.js'
import { readReference } from './html-reference.js'
import { readStartTag, type StartTag, typeByTag } from './html-tag.js'
import { checkCustomEmojiId, linkEntity } from './link-entity.js'
import { byteOffset, isSpace, refuseMarkup } from './parse-refusal.js'

interface OpenTag extends StartTag {
  readonly offset: number
}

/**
 * Parses a text with HTML tags. Offsets are UTF-16 units of the result; refusals count bytes, as Telegram does.
 * @throws ApiError 400 `can't parse entities: …`.
 */
export function parseHtml(source: string): { text: string; entities: MessageEntity[] } {
  const entities: MessageEntity[] = []
  const open: OpenTag[] = []
  let text = ''
  let position = 0
  while (position < source.length) {
    const next = source.slice(position).search(/[<&]/)
    const until = next < 0 ? source.length : position + next
    text += source.slice(position, until)
    position = until
    if (position === source.length) break
    if (source[position] === '&') {
      const reference = readReference(source, position)
      text += reference.text
      position += reference.length
    } else if (source[position + 1] === '/') {
      const end = readEndTag(source, position, open)
      addEntity(entities, open.pop() as OpenTag, text)
      position = end
    } else {
      const tag = readStartTag(source, position)
      open.push({ ...tag, offset: text.length })
      position = tag.end
    }
  }
  const unclosed = open.at(-1)
  if (unclosed) throw refuseMarkup(`Can't find end tag corresponding to start tag "${unclosed.name}"`)
  if (!isWellFormed(text)) {
    throw refuseMarkup(
      'Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units',
    )
  }
  return { text, entities: sortEntities(entities.map(withoutLanguageOfCode)) }
}

function readEndTag(source: string, begin: number, open: readonly OpenTag[]): number {
  const started = open.at(-1)
  if (!started) throw refuseMarkup(`Unexpected end tag at byte offset ${byteOffset(source, begin)}`)
  let position = begin + 2
  while (!isSpace(source[position]) && source[position] !== '>') position += 1
  const name = source.slice(begin + 2, position).toLowerCase()
  while (position < source.length && isSpace(source[position])) position += 1
  if (source[position] !== '>')
    throw refuseMarkup(`Unclosed end tag at byte offset ${byteOffset(source, begin)}`)
  if (name !== '' && name !== started.name) {
    throw refuseMarkup(
      `Unmatched end tag at byte offset ${byteOffset(source, begin)}, expected "</${started.name}>", found "</${name}>"`,
    )
  }
  return position + 1
}

function addEntity(entities: MessageEntity[], tag: OpenTag, text: string): void {
  const { name, argument, offset } = tag
  const length = text.length - offset
  if (length === 0) return
  const type = typeByTag[name] as string
  const last = entities.at(-1)
  const isSameSpan = last?.offset === offset && last.length === length
  if (name === 'a') {
    const entity = linkEntity(argument || text.slice(offset), offset, length)
    if (entity) entities.push(entity)
  } else if (name === 'tg-emoji') {
    entities.push({ type, offset, length, custom_emoji_id: checkCustomEmojiId(argument) })
  } else if (name === 'tg-time') {
    entities.push(readTime(tag, length))
  } else if (name === 'blockquote') {
    entities.push({ type: argument === '' ? type : 'expandable_blockquote', offset, length })
  } else if (name === 'pre' && last && isSameSpan && last.type === 'code' && last.language) {
    // <pre><code class="language-x"> is one entity, in either order.
    last.type = 'pre'
  } else if (name === 'code' && last && isSameSpan && last.type === 'pre' && argument !== '') {
    last.language = argument
  } else {
    entities.push({ type, offset, length, ...(name === 'code' && argument !== '' && { language: argument }) })
  }
}

function readTime({ argument, format, offset }: OpenTag, length: number): MessageEntity {
  if (normaliseDateFormat(format, true) === undefined) throw refuseMarkup('Invalid date format used')
  const entity = dateTimeEntity(argument, format, { offset, length })
  if (!entity) throw refuseMarkup('Invalid date specified')
  return entity
}

function withoutLanguageOfCode(entity: MessageEntity): MessageEntity {
  if (entity.type !== 'code') return entity
  const { language: _, ...rest } = entity
  return rest
}

function isWellFormed(text: string): boolean {
  return !/\p{Cs}/u.test(text)
}
