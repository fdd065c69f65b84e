/** parse_mode HTML: tags to entities, with Telegram's own refusals. Source: Bot API, HTML style; tdlib MessageEntity.cpp. */
import { badRequest } from './api-error.js'
import type { MessageEntity } from './objects.js'

const typeByTag: Readonly<Record<string, string>> = {
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
  a: 'text_link',
  blockquote: 'blockquote',
  'tg-emoji': 'custom_emoji',
}

const namedCharacters: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' }

interface OpenTag {
  readonly tag: string
  readonly attributes: ReadonlyMap<string, string>
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
    const character = source[position]
    if (character === '&') {
      const reference = readReference(source, position)
      text += reference.text
      position += reference.length
    } else if (character !== '<') {
      text += character
      position += 1
    } else if (source[position + 1] === '/') {
      position = closeTag(source, position, open, text, entities)
    } else {
      const tag = readStartTag(source, position)
      open.push({ tag: tag.name, attributes: tag.attributes, offset: text.length })
      position = tag.end
    }
  }
  const unclosed = open.at(-1)
  if (unclosed) throw refuse(`Can't find end tag corresponding to start tag "${unclosed.tag}"`)
  return { text, entities: entities.sort((a, b) => a.offset - b.offset || b.length - a.length) }
}

function readReference(source: string, position: number): { text: string; length: number } {
  const match = /^&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(lt|gt|amp|quot));/i.exec(
    source.slice(position, position + 12),
  )
  if (!match) return { text: '&', length: 1 }
  const [whole, decimal, hexadecimal, name] = match
  const code = decimal ? Number(decimal) : hexadecimal ? Number.parseInt(hexadecimal, 16) : undefined
  if (code === undefined)
    return { text: namedCharacters[name?.toLowerCase() ?? ''] ?? '&', length: whole.length }
  const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
  return isCharacter ? { text: String.fromCodePoint(code), length: whole.length } : { text: '&', length: 1 }
}

function readStartTag(source: string, position: number) {
  const at = byteOffset(source, position)
  const name = /^[^\s/>]*/.exec(source.slice(position + 1))?.[0].toLowerCase() ?? ''
  if (name === '' || position + 1 + name.length >= source.length) {
    throw refuse(
      name === ''
        ? `Unsupported start tag "" at byte offset ${at}`
        : `Unclosed start tag at byte offset ${at}`,
    )
  }
  if (!Object.hasOwn(typeByTag, name)) throw refuse(`Unsupported start tag "${name}" at byte offset ${at}`)
  const attributes = new Map<string, string>()
  let end = position + 1 + name.length
  const pattern = /\s*(?:([^\s=>/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?|\/)/y
  for (;;) {
    pattern.lastIndex = end
    const match = pattern.exec(source)
    if (!match) break
    if (match[1]) attributes.set(match[1].toLowerCase(), decode(match[2] ?? match[3] ?? match[4] ?? ''))
    end = pattern.lastIndex
  }
  const rest = /^\s*>/.exec(source.slice(end))
  if (!rest) throw refuse(`Unclosed start tag at byte offset ${at}`)
  if (name === 'span' && attributes.get('class') !== 'tg-spoiler') {
    throw refuse(`Tag "span" must have class "tg-spoiler" at byte offset ${at}`)
  }
  return { name, attributes, end: end + rest[0].length }
}

function closeTag(
  source: string,
  position: number,
  open: OpenTag[],
  text: string,
  entities: MessageEntity[],
): number {
  const at = byteOffset(source, position)
  const match = /^<\/([^\s>]*)\s*>/.exec(source.slice(position))
  if (!match) throw refuse(`Unclosed end tag at byte offset ${at}`)
  const name = match[1]?.toLowerCase() ?? ''
  const started = open.pop()
  if (!started) throw refuse(`Unexpected end tag at byte offset ${at}`)
  if (name !== '' && name !== started.tag) {
    throw refuse(`Unmatched end tag at byte offset ${at}, expected "</${started.tag}>", found "</${name}>"`)
  }
  const entity = buildEntity(started, text)
  if (entity) addEntity(entities, entity)
  return position + match[0].length
}

function buildEntity({ tag, attributes, offset }: OpenTag, text: string): MessageEntity | undefined {
  const length = text.length - offset
  const type = typeByTag[tag]
  if (length === 0 || type === undefined) return undefined
  if (tag === 'a') {
    const url = attributes.get('href') || text.slice(offset)
    return URL.canParse(url) ? { type, offset, length, url: new URL(url).href } : undefined
  }
  if (tag === 'tg-emoji') return { type, offset, length, custom_emoji_id: attributes.get('emoji-id') ?? '' }
  if (tag === 'blockquote' && attributes.has('expandable'))
    return { type: 'expandable_blockquote', offset, length }
  const language = tag === 'code' ? /^language-(.+)$/.exec(attributes.get('class') ?? '')?.[1] : undefined
  return { type, offset, length, ...(language && { language }) }
}

/** `<pre><code class="language-x">` is one entity: the pre with its language. */
function addEntity(entities: MessageEntity[], entity: MessageEntity): void {
  const inner = entities.at(-1)
  const isSameSpan =
    inner?.type === 'code' && inner.offset === entity.offset && inner.length === entity.length
  if (entity.type === 'pre' && isSameSpan) {
    entities.pop()
    entities.push({ ...entity, ...(inner.language && { language: inner.language }) })
    return
  }
  entities.push(entity)
}

function decode(value: string): string {
  return value.replace(/&[^;]{1,8};/g, (reference) => readReference(reference, 0).text)
}

function byteOffset(source: string, position: number): number {
  return Buffer.byteLength(source.slice(0, position))
}

function refuse(reason: string) {
  return badRequest(`can't parse entities: ${reason}`)
}
