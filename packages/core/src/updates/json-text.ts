/** Takes out of JSON text what Postgres or Telegram refuses. Works on the text, so that nothing is walked where nothing is found. Pure. */

/** JSON text without the characters NUL in its strings and keys: no text of Postgres can hold one. */
export function withoutNul(json: string): string {
  if (!json.includes('\\u0000')) return json
  return json.replace(anyEscape, (found) => (found === '\\u0000' ? '' : found))
}

/** The same, and with U+FFFD in place of lone surrogates (half an emoji that a handler cut in two), which are no text either. */
export function wellFormed(json: string): string {
  if (!json.includes('\\u')) return json
  return json.replace(anyEscape, (found) => {
    if (found === '\\u0000') return ''
    // JSON.stringify writes pairs as they are and escapes only a surrogate that stands alone.
    return /^\\ud[89a-f]/.test(found) ? '\ufffd' : found
  })
}

// Every escape is matched as a whole, so that the second backslash of \\u0000 never counts as the beginning of one.
const anyEscape = /\\(?:u[0-9a-f]{4}|.)/gs
