/** Turns a text parameter, its parse_mode and its entities into what a message holds. */
import { badRequest } from '../bot-api/api-error.js'
import { cleanText, type FormattedText } from '../bot-api/formatting/clean-text.js'
import { readGivenEntities } from '../bot-api/formatting/given-entities.js'
import { parseHtml } from '../bot-api/formatting/html.js'
import { parseMarkdown } from '../bot-api/formatting/markdown.js'
import { parseMarkdownV2 } from '../bot-api/formatting/markdown-v2.js'
import type { MessageEntity, User } from '../bot-api/objects.js'
import type { WorldState } from '../world/world-state.js'
import type { MethodCall } from './method.js'

const longestGivenBytes = 2 ** 15

const longestText = 4096
const longestCaption = 1024

// Blanks of every width, characters of control and direction, Braille's blank: a text of nothing else counts as empty.
const shownCharacter = /[^\p{Z}\p{Cc}\p{Cf}\u2800]/u

/** A text as it was given, before it is parsed. */
export interface GivenText {
  readonly text: string
  readonly parseMode: string | undefined
  readonly entities: unknown
}

/**
 * Reads the text of a message; {@link checkMessageText} follows when the chat is known.
 * @throws ApiError 400 `message text is empty`, `can't parse entities: …`.
 */
export function parseMessageText({ state, parameters }: MethodCall): FormattedText {
  const text = parameters.text('text') ?? ''
  if (text === '') throw badRequest('message text is empty')
  return formatText(state, {
    text,
    parseMode: parameters.text('parse_mode'),
    entities: parameters.lenientJson('entities'),
  })
}

/**
 * Checks what the real server checks only after chat and answered message were found.
 * @param tooLong What a text beyond 4096 characters is refused with.
 * @throws ApiError 400 `text must be non-empty` of a text that shows nothing, and `tooLong`.
 */
export function checkMessageText({ text }: FormattedText, tooLong = 'message is too long'): void {
  if (!shownCharacter.test(text)) throw badRequest('text must be non-empty')
  if (isLonger(text, longestText)) throw badRequest(tooLong)
}

/** @throws ApiError 400 `tooLong` of a caption beyond 1024 characters. */
export function checkCaption(
  caption: FormattedText | undefined,
  tooLong = 'message caption is too long',
): void {
  if (caption && isLonger(caption.text, longestCaption)) throw badRequest(tooLong)
}

/** True for more characters than `limit`: an emoji that takes two UTF-16 units counts once. */
function isLonger(text: string, limit: number): boolean {
  return text.length > limit && [...text].length > limit
}

/**
 * Reads the caption of a file; undefined where there is none. {@link checkCaption} follows when the chat is known.
 * @throws ApiError 400 `can't parse entities: …`.
 */
export function parseCaption({ state, parameters }: MethodCall): FormattedText | undefined {
  return formatCaption(state, {
    text: parameters.text('caption') ?? '',
    parseMode: parameters.text('parse_mode'),
    entities: parameters.lenientJson('caption_entities'),
  })
}

/** As {@link parseCaption}, of a caption that was read already. */
export function formatCaption(state: WorldState, given: GivenText): FormattedText | undefined {
  if (given.text === '') return undefined
  const formatted = formatText(state, given)
  return formatted.text === '' ? undefined : formatted
}

/**
 * Parses and cleans a text.
 * @throws ApiError 400 `text is too long`, `unsupported parse_mode`, `can't parse entities: …`.
 */
export function formatText(state: WorldState, given: GivenText): FormattedText {
  const { text } = given
  // A unit takes three bytes at most, so that most texts need not be counted.
  if (text.length * 3 > longestGivenBytes && Buffer.byteLength(text) > longestGivenBytes) {
    throw badRequest('text is too long')
  }
  const mode = given.parseMode?.toLowerCase() ?? ''
  if (text === '' || mode === '' || mode === 'none') {
    return cleanText(
      text,
      given.entities === undefined ? [] : resolve(state, readGivenEntities(given.entities)),
    )
  }
  const parsed = parse(text, mode)
  return cleanText(parsed.text, resolve(state, parsed.entities))
}

function parse(text: string, mode: string) {
  if (mode === 'html') return parseHtml(text)
  if (mode === 'markdownv2') return parseMarkdownV2(text)
  if (mode === 'markdown') return parseMarkdown(text)
  throw badRequest('unsupported parse_mode')
}

/** A mention shows who is meant; of someone whom the world does not know nothing is left. */
function resolve(state: WorldState, entities: MessageEntity[]): MessageEntity[] {
  if (!entities.some(({ type }) => type === 'text_mention')) return entities
  return entities.flatMap((entity) => {
    if (!entity.user) return [entity]
    const user = findUser(state, entity.user.id)
    return user ? [{ ...entity, user }] : []
  })
}

function findUser(state: WorldState, id: number): User | undefined {
  const person = state.people.get(id)?.user
  return person ?? [...state.bots.values()].find((bot) => bot.id === id)?.user
}
