/** Finds the name that was probably meant, for messages about a name that does not exist. */

/** The candidate that is fewest keystrokes away, or undefined where none is near (more than a third of it differs). */
export function nearestName(given: string, candidates: readonly string[]): string | undefined {
  let nearest: string | undefined
  let fewest = Number.POSITIVE_INFINITY
  for (const candidate of candidates) {
    const keystrokes = editDistance(given.toLowerCase(), candidate.toLowerCase())
    if (keystrokes < fewest && keystrokes <= Math.max(1, Math.floor(candidate.length / 3))) {
      nearest = candidate
      fewest = keystrokes
    }
  }
  return nearest
}

// Levenshtein's distance, with two letters swapped as one keystroke; names longer than this are never near.
function editDistance(a: string, b: string): number {
  if (a.length > 100) return Number.POSITIVE_INFINITY
  const rows = [Array.from({ length: b.length + 1 }, (_, index) => index)]
  const at = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j++) {
      const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(
        Math.min(replaced, at(i - 1, j) + 1, at(i, j - 1) + 1, isSwap ? at(i - 2, j - 2) + 1 : replaced),
      )
    }
  }
  return at(a.length, b.length)
}
