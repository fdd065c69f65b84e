/** How long a text is at least once Telegram has read its markup. Never more than the truth, so that nothing is refused which Telegram would take. Pure. */

/**
 * Characters that remain at least; 0 where certainly nothing is shown. An emoji counts once.
 *
 * @param parseMode as the Bot API has it; anything else: the text is plain
 */
export function shortestShown(text: string, parseMode: unknown): number {
  // Postgres can hold no NUL, so it is taken out; Telegram cuts blanks at both ends.
  const shown = withoutMarkup(text, parseMode).replaceAll('\u0000', '').trim()
  // Counting by characters costs; most texts are far below every limit.
  return shown.length < 200 ? shown.length : [...shown].length
}

function withoutMarkup(text: string, parseMode: unknown): string {
  switch (typeof parseMode === 'string' ? parseMode.toLowerCase() : '') {
    case 'html':
      return text.replace(/<[^>]*>/g, '').replace(/&(?:lt|gt|amp|quot|#\d+|#x[\da-f]+);/gi, '_')
    case 'markdown':
    case 'markdownv2':
      return text
        .replace(/\\([\s\S])/g, '.')
        .replace(/```\w*\n/g, '')
        .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
        .replace(/[*_~|`>![\]]/g, '')
    default:
      return text
  }
}
