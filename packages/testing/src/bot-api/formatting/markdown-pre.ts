/** The head of a code block in both kinds of Markdown: the language, and one line break that does not count. */
import { isSpace } from './parse-refusal.js'

/** @param from The position behind the three backticks. */
export function readPreHead(source: string, from: number): { language: string; end: number } {
  let languageEnd = from
  while (!isSpace(source[languageEnd]) && source[languageEnd] !== '`') languageEnd += 1
  const hasLanguage = languageEnd !== from && languageEnd < source.length && source[languageEnd] !== '`'
  const end = hasLanguage ? languageEnd : from
  return { language: hasLanguage ? source.slice(from, languageEnd) : '', end: end + lineBreakAt(source, end) }
}

function lineBreakAt(source: string, position: number): number {
  const [first, second] = [source[position], source[position + 1]]
  if (first !== '\n' && first !== '\r') return 0
  return (second === '\n' || second === '\r') && first !== second ? 2 : 1
}
