/** Character references of HTML as Telegram reads them: numeric ones and lt, gt, amp, quot; the semicolon may be missing. */

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' }

/** What stands at an `&`: a character and the length of its reference, or the `&` itself. */
export function readReference(source: string, position: number): { text: string; length: number } {
  const rest = source.slice(position, position + 40)
  const numeric = /^&#(?:x([0-9A-Fa-f]*)|(\d*))/.exec(rest)
  if (numeric) {
    const code = numeric[1] === undefined ? Number(numeric[2]) : Number.parseInt(numeric[1] || '0', 16)
    const isCharacter = code > 0 && code < 0x10ffff && numeric[0].length < 10
    return isCharacter ? found(String.fromCodePoint(code), numeric[0], rest) : { text: '&', length: 1 }
  }
  const [reference = '', name = ''] = /^&([A-Za-z]*)/.exec(rest) ?? []
  const character = Object.hasOwn(named, name) ? named[name] : undefined
  return character === undefined ? { text: '&', length: 1 } : found(character, reference, rest)
}

/** A text with its references read. */
export function decodeReferences(source: string): string {
  if (!source.includes('&')) return source
  let text = ''
  for (let position = 0; position < source.length; ) {
    const reference =
      source[position] === '&'
        ? readReference(source, position)
        : { text: source[position] as string, length: 1 }
    text += reference.text
    position += reference.length
  }
  return text
}

function found(text: string, reference: string, rest: string): { text: string; length: number } {
  return { text, length: reference.length + (rest[reference.length] === ';' ? 1 : 0) }
}
