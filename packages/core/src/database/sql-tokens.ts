/** Cuts SQL text into its tokens, so that nobody takes what stands in a string, a comment or a function body for SQL. Pure: no I/O. */

/** A piece of SQL text. */
export interface SqlToken {
  /** A word, a quoted piece with its quotes, a comment, or one character. */
  readonly text: string
  /** Where it begins. */
  readonly start: number
}

/** All of `text`, in order and without gaps. What is not closed reaches to the end. */
export function* readTokens(text: string): Generator<SqlToken> {
  const reader = new RegExp(token)
  for (let match = reader.exec(text); match !== null; match = reader.exec(text)) {
    const [found] = match
    if (found === '/*') reader.lastIndex = endOfComment(text, reader.lastIndex)
    else if (found.startsWith('$') && found.length > 1)
      reader.lastIndex = endOfDollarQuote(text, reader.lastIndex, found)
    yield { text: text.slice(match.index, reader.lastIndex), start: match.index }
  }
}

// https://www.postgresql.org/docs/current/sql-syntax-lexical.html; nested comments are read by hand below.
const token =
  /--[^\n]*|(?:e'(?:[^'\\]|\\.|'')*(?:'|$))|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|\$([a-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$|[a-z_\u0080-\uffff][\w$\u0080-\uffff]*|\/\*|;|./gisu

function endOfComment(text: string, from: number): number {
  const edge = /\/\*|\*\//g
  edge.lastIndex = from
  let depth = 1
  for (let match = edge.exec(text); match !== null; match = edge.exec(text)) {
    depth += match[0] === '/*' ? 1 : -1
    if (depth === 0) return edge.lastIndex
  }
  return text.length
}

function endOfDollarQuote(text: string, from: number, quote: string): number {
  const end = text.indexOf(quote, from)
  return end === -1 ? text.length : end + quote.length
}
