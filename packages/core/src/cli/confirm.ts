/** Asks before something that cannot be undone: on a terminal by a word to be typed, elsewhere by `--yes`. */
import { createInterface } from 'node:readline/promises'
import { UsageError } from '../errors.js'

/** What is asked. */
export interface Confirmation {
  /** What would happen, in a sentence or two. */
  readonly consequence: string
  /** What is to be typed: the name of what is lost, since a `y` is typed too easily. */
  readonly word: string
  /** Whether `--yes` was given. */
  readonly yes: boolean
  readonly input?: NodeJS.ReadableStream & { isTTY?: boolean }
  readonly output?: NodeJS.WritableStream
}

/**
 * Returns where it is confirmed.
 *
 * @throws UsageError CONFIRM_REQUIRED: nobody can be asked and `--yes` is missing, or the answer was another one.
 */
export async function confirm({
  consequence,
  word,
  yes,
  input = process.stdin,
  output = process.stderr,
}: Confirmation): Promise<void> {
  if (yes) return
  if (input.isTTY !== true) throw new UsageError('CONFIRM_REQUIRED', `${consequence} Add --yes to do it.`)
  const answer = await ask(`${consequence}\nType ${word} to do it: `, input, output)
  if (answer?.trim() === word) return
  throw new UsageError('CONFIRM_REQUIRED', `That was not ${JSON.stringify(word)}, so nothing was done.`)
}

/** The answer; undefined after Ctrl-C or Ctrl-D. */
async function ask(
  question: string,
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<string | undefined> {
  const lines = createInterface({ input, output })
  const given = new AbortController()
  lines.once('SIGINT', () => given.abort())
  lines.once('close', () => given.abort())
  try {
    return await lines.question(question, { signal: given.signal })
  } catch {
    return undefined
  } finally {
    lines.close()
  }
}
