/** Finds what Telegram marks in plain text by itself: commands, mentions, hashtags, links. Pure. */
import type { MessageEntity } from './objects.js'

// The command and hashtag patterns follow those of TDLib (td/telegram/MessageEntity.cpp): a command neither
// follows a word nor one of / < >, and is not followed by one of them.
const patterns: readonly { type: string; pattern: RegExp }[] = [
  {
    type: 'bot_command',
    pattern: /(?<![\p{L}\p{N}_/<>])\/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\p{L}\p{N}_/<>])/gu,
  },
  { type: 'url', pattern: /(?<![\p{L}\p{N}_@])https?:\/\/[^\s<>"]*[^\s<>".,:;!?'()\]]/giu },
  { type: 'mention', pattern: /(?<![\p{L}\p{N}_/])@[A-Za-z0-9_]{3,32}(?![\p{L}\p{N}_])/gu },
  {
    type: 'hashtag',
    pattern: /(?<![\p{L}\p{N}_])#(?=[\p{N}_]*\p{L})[\p{L}\p{N}_]{1,256}(?![\p{L}\p{N}_#])/gu,
  },
]

/**
 * Lists the entities of a plain text in order of their offset; offsets and lengths are UTF-16 units.
 * @param marked Entities that are already there; nothing is found inside them.
 */
export function detectEntities(text: string, marked: readonly MessageEntity[] = []): MessageEntity[] {
  // Most texts hold none of the four: this test keeps the way of a sendMessage cheap.
  if (!/[/@#]/.test(text)) return [...marked]
  const found = [...marked]
  for (const { type, pattern } of patterns) {
    for (const match of text.matchAll(pattern)) {
      const entity = { type, offset: match.index, length: match[0].length }
      if (!found.some((other) => overlaps(other, entity))) found.push(entity)
    }
  }
  return found.sort((a, b) => a.offset - b.offset || b.length - a.length)
}

function overlaps(a: MessageEntity, b: MessageEntity): boolean {
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length
}
