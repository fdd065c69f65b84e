/**
 * Makes entities of any kind nest as Telegram has them: what overlaps is cut, what may not stand inside another is
 * dropped. Pure. Source: tdlib MessageEntity.cpp.
 */
import type { MessageEntity } from '../objects.js'
import { endOf, isBlockquote, isContinuous, isPre, isSplittable, sortEntities } from './entity-order.js'
import { splitEntities } from './split-entities.js'

/** Sorted entities that nest. */
export function fixEntities(entities: readonly MessageEntity[]): MessageEntity[] {
  const sorted = sortEntities([...entities])
  if (nestWell(sorted)) return sorted
  const { splittable, blockquotes, others } = classify(sorted)
  const quotes = dropOverlapping(blockquotes)
  const kept = dropCrossingQuotes(dropOverlapping(others), quotes)
  return combine(splittable, sortEntities([...kept, ...quotes]))
}

/** Adds the entities that were found in the text by itself; those that are there already have precedence. */
export function addFoundEntities(
  entities: readonly MessageEntity[],
  found: readonly MessageEntity[],
): MessageEntity[] {
  if (found.length === 0) return [...entities]
  const { splittable, blockquotes, others } = classify(entities)
  const outside = dropCrossingQuotes(found, blockquotes).filter(
    (entity) => !others.some((other) => entity.offset < endOf(other) && other.offset < endOf(entity)),
  )
  return combine(splittable, sortEntities([...others, ...outside, ...blockquotes]))
}

/** Drops every entity that begins before the end of one that is kept. The entities are sorted. */
export function dropOverlapping(entities: readonly MessageEntity[]): MessageEntity[] {
  let end = 0
  return entities.filter((entity) => {
    if (entity.offset < end) return false
    end = endOf(entity)
    return true
  })
}

function classify(entities: readonly MessageEntity[]) {
  return {
    splittable: entities.filter(isSplittable),
    blockquotes: entities.filter(isBlockquote),
    others: entities.filter((entity) => !isSplittable(entity) && !isBlockquote(entity)),
  }
}

function combine(splittable: MessageEntity[], others: MessageEntity[]): MessageEntity[] {
  if (splittable.length === 0) return others
  return sortEntities([...others, ...splitEntities(splittable, others)])
}

/** A quotation may hold others whole; one that it holds in part is dropped. */
function dropCrossingQuotes(
  entities: readonly MessageEntity[],
  quotes: readonly MessageEntity[],
): MessageEntity[] {
  return entities.filter((entity) => {
    const quote = quotes.find((candidate) => endOf(candidate) > entity.offset)
    if (!quote) return true
    const beginsInside = entity.offset < quote.offset && quote.offset < endOf(entity)
    return endOf(quote) >= endOf(entity) && !beginsInside
  })
}

/** True where nothing needs to be cut or dropped. */
function nestWell(entities: readonly MessageEntity[]): boolean {
  const ends = new Map<string, number>()
  const open: MessageEntity[] = []
  for (const entity of entities) {
    while (open.length > 0 && entity.offset >= endOf(open.at(-1) as MessageEntity)) open.pop()
    if (open.length > 0 && !mayStandIn(entity, open)) return false
    if (isSplittable(entity)) {
      // Two that touch become one.
      if ((ends.get(entity.type) ?? -1) >= entity.offset) return false
      ends.set(entity.type, endOf(entity))
    }
    open.push(entity)
  }
  return true
}

function mayStandIn(entity: MessageEntity, open: readonly MessageEntity[]): boolean {
  const parent = open.at(-1) as MessageEntity
  if (endOf(entity) > endOf(parent) || isPre(parent)) return false
  if (open.some((outer) => outer.type === entity.type || isSplittable(outer))) return false
  if (isPre(entity)) return open.every(isBlockquote)
  if (isSplittable(entity)) return true
  if (open.some(isContinuous)) return false
  return !(isBlockquote(entity) && open.some(isBlockquote))
}
