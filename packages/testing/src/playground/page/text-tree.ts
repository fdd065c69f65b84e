/** Turns a text and its entities into a tree: each entity holds those within it, and what overlaps is cut where the outer one ends. Pure. */
import type { MessageEntity } from '../../bot-api/objects.js'

/** A piece of text, or an entity with what stands in it. */
export type TextNode = string | { readonly entity: MessageEntity; readonly inner: readonly TextNode[] }

/** Builds the tree. Offsets are UTF-16 units, as in a JavaScript string; what lies outside of the text is passed over. */
export function buildTextTree(text: string, entities: readonly MessageEntity[] = []): readonly TextNode[] {
  const inOrder = entities
    .filter(({ offset, length }) => offset >= 0 && length > 0 && offset < text.length)
    .sort((one, other) => one.offset - other.offset || other.length - one.length)
  return build(text, inOrder, 0, text.length)
}

function build(text: string, entities: readonly MessageEntity[], from: number, to: number): TextNode[] {
  const nodes: TextNode[] = []
  let rest = [...entities]
  let at = from
  while (rest.length > 0) {
    const [entity, ...others] = rest as [MessageEntity, ...MessageEntity[]]
    const begin = Math.max(at, entity.offset)
    const end = Math.min(to, entity.offset + entity.length)
    const within = others.filter(({ offset }) => offset < end)
    const overlapping = within.filter(({ offset, length }) => offset + length > end)
    rest = [
      ...overlapping.map((one) => ({ ...one, offset: end, length: one.offset + one.length - end })),
      ...others.filter(({ offset }) => offset >= end),
    ]
    if (end <= begin) continue
    if (begin > at) nodes.push(text.slice(at, begin))
    nodes.push({ entity, inner: build(text, within, begin, end) })
    at = end
  }
  if (at < to) nodes.push(text.slice(at, to))
  return nodes
}
