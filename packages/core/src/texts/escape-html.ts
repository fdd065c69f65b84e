/** Makes text safe inside of a message with `parse_mode: 'HTML'`. */

/**
 * The text with `&`, `<` and `>` as entities, all that Telegram asks for outside of attributes; quotes too, so that it
 * may stand in an `href` (Bot API, HTML style).
 */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] as string)
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
