/**
 * The last step before a text is a message: control characters go, the ends are trimmed, entities move along, and
 * what Telegram marks by itself is found. Pure. Source: tdlib MessageEntity.cpp, misc.cpp.
 */
import { badRequest } from '../api-error.js'
import type { MessageEntity } from '../objects.js'
import { endOf, sortEntities } from './entity-order.js'
import { findEntities } from './find-entities.js'
import { addFoundEntities, fixEntities } from './fix-entities.js'

/** A text and what is marked in it. */
export interface FormattedText {
  readonly text: string
  readonly entities: readonly MessageEntity[]
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what Telegram replaces.
const unwanted = /[\x00-\x09\x0b-\x1f\u2028-\u202e]|\u0333|\u033f|\u030a/
const removed = /[\r\u2028-\u202e]|\u0333|\u033f|\u030a/
const marksInARow = /[\u200e\u200f]{2}/
const nothing: readonly MessageEntity[] = []

/**
 * Cleans a text; an empty result means that nothing but blanks was there.
 * @throws ApiError 400 for entities that do not lie within the text.
 */
export function cleanText(given: string, marked: readonly MessageEntity[] = nothing): FormattedText {
  if (marked.length === 0) return cleanPlainText(given)
  checkRanges(marked)
  const full = marked.filter(({ length }) => length > 0)
  const cleaned = replaceUnwanted(given, fixEntities(full))
  const entities = fixEntities(cleaned.entities.filter(({ length }) => length > 0))
  return finish(trim(cleaned.text, entities))
}

/** As {@link cleanText} of a single line that carries no entities, as a name or a button. */
export function cleanLine(given: string): string {
  return trimBlanks(replaceAll(given))
}

function cleanPlainText(given: string): FormattedText {
  const text = trimBlanks(replaceAll(given))
  return { text, entities: findEntities(text) }
}

function finish({ text, entities }: FormattedText): FormattedText {
  if (text === '') return { text, entities: [] }
  return { text, entities: addFoundEntities(entities, findEntities(text)) }
}

function checkRanges(entities: readonly MessageEntity[]): void {
  for (const { offset, length } of entities) {
    if (offset < 0 || offset > 1_000_000)
      throw badRequest(`receive an entity with incorrect offset ${offset}`)
    if (length < 0 || length > 1_000_000)
      throw badRequest(`receive an entity with incorrect length ${length}`)
  }
}

function replaceAll(given: string): string {
  // Of marks of direction that follow each other the last one counts.
  const text = marksInARow.test(given) ? given.replace(/[\u200e\u200f](?=[\u200e\u200f])/g, '\u200c') : given
  if (!unwanted.test(text)) return text
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what Telegram replaces by a blank.
  return text.replace(new RegExp(removed, 'g'), '').replace(/[\x00-\x09\x0b-\x1f]/g, ' ')
}

function replaceUnwanted(text: string, entities: readonly MessageEntity[]): FormattedText {
  for (const entity of entities) checkBounds(text, entity)
  if (!removed.test(text)) return { text: replaceAll(text), entities }
  const skippedBefore: number[] = [0]
  for (let index = 0; index < text.length; index += 1) {
    skippedBefore.push((skippedBefore[index] ?? 0) + (removed.test(text[index] ?? '') ? 1 : 0))
  }
  const moved = entities.map((entity) => {
    const offset = entity.offset - (skippedBefore[entity.offset] ?? 0)
    return { ...entity, offset, length: endOf(entity) - (skippedBefore[endOf(entity)] ?? 0) - offset }
  })
  return { text: replaceAll(text), entities: moved }
}

function checkBounds(text: string, entity: MessageEntity): void {
  const end = endOf(entity)
  if (entity.offset >= text.length) {
    throw badRequest(`entity begins after the end of the text at UTF-16 offset ${entity.offset}`)
  }
  if (splitsPair(text, entity.offset)) {
    throw badRequest(
      `entity begins in a middle of a UTF-16 symbol at byte offset ${bytesThrough(text, entity.offset)}`,
    )
  }
  if (end > text.length) {
    throw badRequest(
      `entity beginning at UTF-16 offset ${entity.offset} ends after the end of the text at UTF-16 offset ${end}`,
    )
  }
  if (splitsPair(text, end)) {
    throw badRequest(
      `entity beginning at UTF-16 offset ${entity.offset} ends in a middle of a UTF-16 symbol at byte offset ${bytesThrough(text, end)}`,
    )
  }
}

function bytesThrough(text: string, index: number): number {
  return Buffer.byteLength(text.slice(0, index + 1))
}

function splitsPair(text: string, offset: number): boolean {
  return isSurrogate(text, offset - 1, 0xd800) && isSurrogate(text, offset, 0xdc00)
}

function isSurrogate(text: string, index: number, from: number): boolean {
  const code = text.charCodeAt(index)
  return code >= from && code < from + 0x400
}

/** The end is trimmed even inside an entity; the beginning only up to the first entity. */
function trim(text: string, entities: readonly MessageEntity[]): FormattedText {
  const { begin: blanks, end } = innerRange(text)
  if (blanks === end) return { text: '', entities: [] }
  const shortened = entities
    .filter(({ offset }) => offset < end)
    .map((entity) => (endOf(entity) > end ? { ...entity, length: end - entity.offset } : entity))
  const cut = Math.min(blanks, shortened[0]?.offset ?? blanks)
  return {
    text: text.slice(cut, end),
    entities: sortEntities(shortened.map((entity) => ({ ...entity, offset: entity.offset - cut }))),
  }
}

function trimBlanks(text: string): string {
  const { begin, end } = innerRange(text)
  return begin === 0 && end === text.length ? text : text.slice(begin, end)
}

function innerRange(text: string): { begin: number; end: number } {
  let begin = 0
  let end = text.length
  while (begin < end && isBlank(text.charCodeAt(begin))) begin += 1
  while (end > begin && isBlank(text.charCodeAt(end - 1))) end -= 1
  return { begin, end }
}

function isBlank(code: number): boolean {
  return code === 32 || code === 10
}
