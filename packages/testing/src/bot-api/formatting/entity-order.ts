/** The order of entities and the classes that decide which may stand in which. Pure. Source: tdlib MessageEntity.cpp. */
import type { MessageEntity } from '../objects.js'

// Of two entities with the same ends, the one with the smaller number is the outer one.
const priorities: Readonly<Record<string, number>> = {
  blockquote: 0,
  expandable_blockquote: 0,
  pre: 11,
  code: 20,
  text_link: 49,
  text_mention: 49,
  bold: 90,
  italic: 91,
  underline: 92,
  strikethrough: 93,
  spoiler: 94,
  custom_emoji: 99,
}

/** The types that may overlap one another: where they do, they are cut into pieces. */
export const splittableTypes = ['bold', 'italic', 'underline', 'strikethrough', 'spoiler'] as const

/** True for a type that is cut where it overlaps another. */
export function isSplittable({ type }: MessageEntity): boolean {
  return (splittableTypes as readonly string[]).includes(type)
}

/** True for both kinds of quotation. */
export function isBlockquote({ type }: MessageEntity): boolean {
  return type === 'blockquote' || type === 'expandable_blockquote'
}

/** True for code and dates, which hold no other entity. */
export function isPre({ type }: MessageEntity): boolean {
  return type === 'pre' || type === 'code' || type === 'date_time'
}

/** True for what stands alone: mentions, links, commands and their kin. */
export function isContinuous(entity: MessageEntity): boolean {
  return !isSplittable(entity) && !isBlockquote(entity) && !isPre(entity)
}

/** The unit behind the last one of an entity. */
export function endOf({ offset, length }: MessageEntity): number {
  return offset + length
}

/** Sorts by offset, then the longer one first, then the outer one first. Returns the same array. */
export function sortEntities(entities: MessageEntity[]): MessageEntity[] {
  return entities.sort((a, b) => a.offset - b.offset || b.length - a.length || priorityOf(a) - priorityOf(b))
}

function priorityOf({ type, language }: MessageEntity): number {
  return language === undefined ? (priorities[type] ?? 50) : 10
}
