/** parse_mode MarkdownV2: nested entities and quotations. Source: Bot API, MarkdownV2 style; tdlib MessageEntity.cpp. */
import type { MessageEntity } from '../objects.js'
import { sortEntities } from './entity-order.js'
import { appLinkEntity, linkEntity } from './link-entity.js'
import { readPreHead } from './markdown-pre.js'
import { closers, type EntityName, markers, typeByName } from './markdown-v2-markers.js'
import { byteOffset, refuseMarkup } from './parse-refusal.js'

/**
 * Parses a text in MarkdownV2.
 * @throws ApiError 400 `can't parse entities: …`: an entity that does not end, a reserved character.
 */
export function parseMarkdownV2(source: string): { text: string; entities: MessageEntity[] } {
  return new MarkdownV2(source).parse()
}

interface Open {
  readonly name: EntityName
  readonly language?: string
  readonly offset: number
  /** Position in the source where it began. */
  readonly from: number
}

class MarkdownV2 {
  readonly #entities: MessageEntity[] = []
  readonly #open: Open[] = []
  #text = ''
  #position = 0
  #inQuote = false
  #mayStartQuote = true

  constructor(private readonly source: string) {}

  parse(): { text: string; entities: MessageEntity[] } {
    while (this.#position < this.source.length) this.#step()
    this.#closeLastQuote()
    const open = this.#open.at(-1)
    if (open) throw this.#refuseUnclosed(open)
    return { text: this.#text, entities: sortEntities(this.#entities) }
  }

  #step(): void {
    const { source } = this
    const character = source[this.#position] as string
    if (isEscape(source, this.#position)) {
      const next = source[this.#position + 1] as string
      this.#write(next)
      if (next !== '\r') this.#mayStartQuote = next === '\n'
      this.#position += 2
      return
    }
    const inner = this.#open.at(-1)
    const isInCode = inner && ['Code', 'Pre', 'PreCode'].includes(inner.name)
    if (!(isInCode ? '`' : '_*[]()~`>#+-=|{}.!\n').includes(character)) {
      this.#write(character)
      if (character !== '\r') this.#mayStartQuote = false
      this.#position += 1
      return
    }
    if (inner && this.#endsQuoteLine(character)) this.#closeQuote(inner)
    else if (inner && this.#closes(inner)) this.#close(inner)
    else this.#begin(character)
  }

  #write(text: string): void {
    this.#text += text
  }

  #endsQuoteLine(character: string): boolean {
    return this.#inQuote && character === '\n' && this.source[this.#position + 1] !== '>'
  }

  #closes({ name }: Open): boolean {
    const closer = closers[name]
    if (closer === undefined || !this.source.startsWith(closer, this.#position)) return false
    // Two underscores never end an italic: they are taken as an underline first.
    return name !== 'Italic' || this.source[this.#position + 1] !== '_'
  }

  #begin(character: string): void {
    const from = this.#position
    if (character === '\n') {
      this.#write('\n')
      this.#mayStartQuote = true
      this.#position += 1
    } else if (character === '>') {
      if (!this.#mayStartQuote) throw this.#refuseReserved(character)
      if (!this.#inQuote) this.#push('BlockQuote', from)
      this.#inQuote = true
      this.#position += 1
    } else if (this.source.startsWith('```', from)) {
      const { language, end } = readPreHead(this.source, from + 3)
      this.#push(language === '' ? 'Pre' : 'PreCode', from, language)
      this.#position = end
    } else {
      const marker = markers.find(([, open]) => this.source.startsWith(open, from))
      if (!marker) throw this.#refuseReserved(character)
      this.#push(marker[0], from)
      this.#position += marker[1].length
    }
  }

  #push(name: EntityName, from: number, language = ''): void {
    this.#open.push({ name, from, offset: this.#text.length, ...(language !== '' && { language }) })
  }

  #close(open: Open): void {
    const { name, offset, language } = open
    this.#position += (closers[name] as string).length
    const length = this.#text.length - offset
    const target = name === 'TextUrl' || name === 'CustomEmoji' ? this.#readTarget(name, offset) : ''
    this.#open.pop()
    if (name === 'CustomEmoji') {
      const entity = appLinkEntity(target, offset, length)
      if (length > 0) this.#entities.push(entity)
      return
    }
    if (length === 0) return
    const entity =
      name === 'TextUrl'
        ? linkEntity(target, offset, length)
        : { type: typeByName[name], offset, length, ...(language && { language }) }
    if (entity) this.#entities.push(entity)
  }

  /** The address in brackets behind a link's text; without brackets the text is the address. */
  #readTarget(name: EntityName, offset: number): string {
    const { source } = this
    if (source[this.#position] !== '(') {
      if (name === 'TextUrl') return this.#text.slice(offset)
      throw refuseMarkup('The entity must contain a tg://emoji or tg://time URL')
    }
    const begin = this.#position + 1
    let end = begin
    while (end < source.length && source[end] !== ')') end += isEscape(source, end) ? 2 : 1
    if (source[end] !== ')') {
      throw refuseMarkup(`Can't find end of a URL at byte offset ${byteOffset(source, begin)}`)
    }
    this.#position = end + 1
    return withoutEscapes(source.slice(begin, end))
  }

  /** A quotation ends with its line; `||` right before makes it one that folds. */
  #closeQuote(inner: Open): void {
    let quote: Open | undefined = inner
    if (inner.name === 'Spoiler' && this.#isFoldMark(inner)) {
      this.#open.pop()
      quote = this.#open.at(-1)
    }
    if (quote?.name !== 'BlockQuote') throw this.#refuseUnclosed(quote ?? inner)
    this.#open.pop()
    this.#write('\n')
    this.#pushQuote(quote, quote !== inner)
    this.#inQuote = false
    this.#mayStartQuote = true
    this.#position += 1
  }

  #isFoldMark({ from }: Open): boolean {
    const between = this.source.slice(from + 2, this.#position)
    return between === '' || (between === '\r' && this.#text.endsWith('\r'))
  }

  #closeLastQuote(): void {
    if (!this.#inQuote) return
    const inner = this.#open.at(-1)
    const isFolded = inner?.name === 'Spoiler' && inner.from === this.source.length - 2
    if (isFolded) this.#open.pop()
    const quote = this.#open.at(-1)
    if (quote?.name !== 'BlockQuote') return
    this.#open.pop()
    if (this.#text.length > quote.offset) this.#pushQuote(quote, isFolded)
  }

  #pushQuote({ offset }: Open, isFolded: boolean): void {
    const type = isFolded ? 'expandable_blockquote' : 'blockquote'
    this.#entities.push({ type, offset, length: this.#text.length - offset })
  }

  #refuseReserved(character: string) {
    return refuseMarkup(`Character '${character}' is reserved and must be escaped with the preceding '\\'`)
  }

  #refuseUnclosed({ name, from }: Open) {
    return refuseMarkup(`Can't find end of ${name} entity at byte offset ${byteOffset(this.source, from)}`)
  }
}

function withoutEscapes(text: string): string {
  return text.replace(/\\([\s\S])/g, (whole) => (isEscape(whole, 0) ? (whole[1] as string) : whole))
}

function isEscape(source: string, position: number): boolean {
  const next = source[position + 1]
  return source[position] === '\\' && next !== undefined && next > '\0' && next <= '~'
}
