/**
 * Finds what Telegram marks in plain text by itself: mentions, commands, hashtags, cashtags, phone numbers, links,
 * addresses and bank cards. Pure. Source: tdlib MessageEntity.cpp; phone numbers, which its server finds, by the Bot API's example.
 */
import type { MessageEntity } from '../objects.js'
import { sortEntities } from './entity-order.js'
import { findBankCards } from './find-bank-cards.js'
import { findUrls } from './find-urls.js'
import { dropOverlapping } from './fix-entities.js'

const word = '[\\p{L}\\p{N}_]'
const tag = '[\\p{L}\\p{Nd}_\\u200c\\u00b7\\u0d80-\\u0dff]'

// Each begins with a mark, so that a text without the mark need not be searched.
const patterns: readonly { type: string; mark: string; pattern: RegExp }[] = [
  { type: 'mention', mark: '@', pattern: new RegExp(`(?<!${word})@[A-Za-z0-9_]{2,32}(?!${word})`, 'gu') },
  {
    type: 'bot_command',
    mark: '/',
    pattern: /(?<![\p{L}\p{N}_/<>])\/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32}|(?!@))(?![\p{L}\p{N}_/<>])/gu,
  },
  { type: 'hashtag', mark: '#', pattern: new RegExp(`(?<!${tag})#${tag}+(?!${tag}|#)`, 'gu') },
  {
    type: 'cashtag',
    mark: '$',
    pattern: new RegExp(`(?<!${tag}|\\$)\\$(?:1INCH|[A-Z]{1,8})(?!${tag}|\\$)`, 'gu'),
  },
  {
    type: 'phone_number',
    mark: '+',
    pattern: /(?<![\p{L}\p{N}_+])\+\d(?:[- ]?\(?\d+\)?){1,6}(?![\p{L}\p{N}_])/gu,
  },
  {
    type: 'url',
    mark: '://',
    pattern:
      /(?:tg|ton|tonsite):\/\/[A-Za-z0-9_-]{1,253}(?:\/(?:[^\s\u2000-\u200b\u200e\u200f\u2016-\u206f<>"«»]*[^\s\u2000-\u200b\u200e\u200f\u2016-\u206f<>"«».:;,('?!`])?|[?#][^\s\u2000-\u200b\u200e\u200f\u2016-\u206f<>"«»]*[^\s\u2000-\u200b\u200e\u200f\u2016-\u206f<>"«».:;,('?!`])?/giu,
  },
]

const shortMentions = new Set(['@gif', '@vid', '@pic'])

/** The entities of a text, in order of their offset, none within another; offsets and lengths are UTF-16 units. */
export function findEntities(text: string): MessageEntity[] {
  // Most texts hold few of these: the test keeps the way of a sendMessage cheap.
  const mayHoldCard = /\d[\d -]{12}/.test(text)
  if (!mayHoldCard && !/[/@#$+.]/.test(text)) return []
  const found: MessageEntity[] = []
  for (const { type, mark, pattern } of patterns) {
    if (!text.includes(mark)) continue
    for (const match of text.matchAll(pattern)) {
      const length = lengthOf(type, match[0])
      if (length > 0) found.push({ type, offset: match.index, length })
    }
  }
  if (text.includes('.')) found.push(...findUrls(text))
  if (mayHoldCard) found.push(...findBankCards(text))
  return found.length < 2 ? found : dropOverlapping(sortEntities(found))
}

/** 0 for what looks like an entity of the type and is none. */
function lengthOf(type: string, text: string): number {
  if (type === 'mention' && text.length < 5 && !shortMentions.has(text.toLowerCase())) return 0
  if (type === 'phone_number') {
    const digitCount = text.replace(/\D/g, '').length
    return digitCount >= 8 && digitCount <= 15 ? text.length : 0
  }
  if (type !== 'hashtag') return text.length
  const counted = `#${[...text.slice(1)].slice(0, 256).join('')}`
  return /\p{L}/u.test(counted) ? counted.length : 0
}
