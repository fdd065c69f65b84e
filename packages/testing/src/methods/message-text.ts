/** Turns a text parameter, its parse_mode and its entities into what a message holds. */
import { badRequest, notModelled } from '../bot-api/api-error.js'
import { detectEntities } from '../bot-api/entities.js'
import { parseHtml } from '../bot-api/html.js'
import type { MessageEntity } from '../bot-api/objects.js'
import type { Parameters } from './parameters.js'

/** A text after parsing. */
export interface FormattedText {
  readonly text: string
  readonly entities: readonly MessageEntity[]
}

/**
 * Reads the text of a message.
 * @throws ApiError 400 `message text is empty`, `text must be non-empty`, `message is too long`, `can't parse entities: …`.
 */
export function parseMessageText(parameters: Parameters): FormattedText {
  const given = parameters.text('text') ?? ''
  if (given === '') throw badRequest('message text is empty')
  const formatted = format(given, parameters, 'entities')
  if (formatted.text === '') throw badRequest('text must be non-empty')
  if (formatted.text.length > 4096) throw badRequest('message is too long')
  return formatted
}

/**
 * Reads the caption of a file; undefined where there is none.
 * @throws ApiError 400 `message caption is too long` beyond 1024 UTF-16 units after parsing.
 */
export function parseCaption(parameters: Parameters): FormattedText | undefined {
  const given = parameters.text('caption') ?? ''
  if (given === '') return undefined
  const formatted = format(given, parameters, 'caption_entities')
  if (formatted.text.length > 1024) throw badRequest('message caption is too long')
  return formatted.text === '' ? undefined : formatted
}

function format(given: string, parameters: Parameters, entitiesName: string): FormattedText {
  const mode = parameters.text('parse_mode')?.toLowerCase() ?? ''
  if (mode === 'html') return finish(parseHtml(given))
  if (mode === 'markdown' || mode === 'markdownv2') throw notModelled(`parse_mode ${mode}`)
  if (mode !== '') throw badRequest('unsupported parse_mode')
  const entities = parameters.json(entitiesName, 'entities')
  if (entities === undefined) return finish({ text: given, entities: [] })
  if (!Array.isArray(entities)) throw badRequest("can't parse entities: Expected an Array of MessageEntity")
  return finish({ text: given, entities: entities as MessageEntity[] })
}

/** Trims as Telegram does, moves the entities along, and adds those that it finds by itself. */
function finish({ text, entities }: FormattedText): FormattedText {
  const trimmed = text.trim()
  const cut = text.length - text.trimStart().length
  if (cut === 0 && entities.length === 0) return { text: trimmed, entities: detectEntities(trimmed) }
  const moved = entities
    .map((entity) => clip(entity, cut, trimmed.length))
    .filter((entity) => entity.length > 0)
  return { text: trimmed, entities: detectEntities(trimmed, moved) }
}

function clip(entity: MessageEntity, cut: number, length: number): MessageEntity {
  const start = Math.max(0, entity.offset - cut)
  const end = Math.min(length, entity.offset + entity.length - cut)
  return { ...entity, offset: start, length: end - start }
}
