/**
 * Cuts bold, italic and their kin wherever another entity begins or ends, so that none crosses another. Pure.
 * Source: tdlib MessageEntity.cpp; the Bot API answers with the pieces.
 */
import type { MessageEntity } from '../objects.js'
import { endOf, isPre, sortEntities, splittableTypes } from './entity-order.js'

interface Span {
  begin: number
  end: number
}

/**
 * The pieces, sorted.
 * @param entities Sorted, of splittable types only.
 * @param others Sorted, of other types; nothing is kept inside code.
 */
export function splitEntities(
  entities: readonly MessageEntity[],
  others: readonly MessageEntity[],
): MessageEntity[] {
  const cutter = new Cutter(entities)
  const open: MessageEntity[] = []
  const moveTo = (offset: number) => {
    for (let inner = open.at(-1); inner && offset >= endOf(inner); inner = open.at(-1)) {
      cutter.cutAt(endOf(inner), isPre(inner))
      open.pop()
    }
    cutter.cutAt(offset, false)
  }
  for (const other of others) {
    moveTo(other.offset)
    open.push(other)
  }
  moveTo(Number.POSITIVE_INFINITY)
  return sortEntities(cutter.pieces)
}

class Cutter {
  readonly pieces: MessageEntity[] = []
  readonly #open = new Map<string, Span>()
  readonly #entities: readonly MessageEntity[]
  #next = 0

  constructor(entities: readonly MessageEntity[]) {
    this.#entities = entities
  }

  /** Writes the pieces up to an offset. @param isDropped True inside code, where none is kept. */
  cutAt(offset: number, isDropped: boolean): void {
    const kept = this.pieces.length
    for (;;) {
      const entity = this.#entities[this.#next]
      if (!entity || entity.offset >= offset) break
      this.#next += 1
      const span = this.#open.get(entity.type)
      if (span && entity.offset <= span.end) {
        span.end = Math.max(span.end, endOf(entity))
      } else {
        this.#flush(entity.offset)
        this.#open.set(entity.type, { begin: entity.offset, end: endOf(entity) })
      }
    }
    this.#flush(offset)
    if (isDropped) this.pieces.length = kept
  }

  #flush(offset: number): void {
    for (const type of splittableTypes) {
      const span = this.#open.get(type)
      if (!span || span.begin >= offset) continue
      const end = Math.min(span.end, offset)
      this.pieces.push({ type, offset: span.begin, length: end - span.begin })
      if (span.end <= offset) this.#open.delete(type)
      else span.begin = offset
    }
  }
}
