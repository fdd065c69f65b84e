/** Splits what follows a command into words, by the rules of telegraf's `ctx.args`, which it does not export. */

/** An entity of Telegram: a stretch of the text, in UTF-16 units. */
export interface CommandEntity {
  type: string
  offset: number
  length: number
}

/**
 * The words of a text. Quotes, single or double, hold words together; a backslash takes the next character as it is;
 * a mention or a link by an entity is one word, whatever is in it.
 * @param start Where the text begins in the message, in UTF-16 units: entities count from the message's start.
 */
export function splitArguments(text: string, entities: readonly CommandEntity[], start: number): string[] {
  const words: string[] = []
  const mentions = mentionLengths(entities, start)
  let from = 0
  let unescaped = ''
  let quote: string | undefined
  const endWord = (to: number) => {
    if (from !== to) {
      words.push(unescaped + text.slice(from, to))
      quote = undefined
    }
    unescaped = ''
    from = to + 1
  }
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    const mention = mentions?.get(i)
    if (mention !== undefined) {
      endWord(i)
      from--
      i += mention
      endWord(i)
    } else if (character === '"' || character === "'") {
      if (quote === character) endWord(i)
      else if (quote === undefined) {
        endWord(i)
        quote = character
      }
    } else if (character === '\n' || (character === ' ' && quote === undefined)) endWord(i)
    else if (character === '\\') {
      unescaped += text.slice(from, i)
      from = ++i
    }
  }
  if (from < text.length) endWord(text.length)
  return words
}

function mentionLengths(entities: readonly CommandEntity[], start: number): Map<number, number> | undefined {
  let lengths: Map<number, number> | undefined
  for (const { type, offset, length } of entities) {
    if (type !== 'text_mention' && type !== 'text_link') continue
    lengths ??= new Map()
    lengths.set(offset - start, length)
  }
  return lengths
}
