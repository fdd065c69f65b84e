/** The marks of MarkdownV2 and what they make of a text. Source: Bot API, MarkdownV2 style. */

/** The types of entities by the names that Telegram's refusals have for them. */
export const typeByName = {
  Bold: 'bold',
  Italic: 'italic',
  Underline: 'underline',
  Strikethrough: 'strikethrough',
  Spoiler: 'spoiler',
  Code: 'code',
  Pre: 'pre',
  PreCode: 'pre',
  TextUrl: 'text_link',
  CustomEmoji: 'custom_emoji',
  BlockQuote: 'blockquote',
} as const

/** What Telegram's refusals call an entity. */
export type EntityName = keyof typeof typeByName

/** Name, opening and closing mark; the longer mark stands before the shorter one that begins it. */
export const markers: readonly [EntityName, string, string][] = [
  ['Underline', '__', '__'],
  ['Italic', '_', '_'],
  ['Bold', '*', '*'],
  ['Strikethrough', '~', '~'],
  ['Spoiler', '||', '||'],
  ['TextUrl', '[', ']'],
  ['CustomEmoji', '![', ']'],
  ['Code', '`', '`'],
]

/** The closing marks by name. */
export const closers: Readonly<Record<string, string>> = Object.fromEntries([
  ...markers.map(([name, , close]) => [name, close]),
  ['Pre', '```'],
  ['PreCode', '```'],
])
