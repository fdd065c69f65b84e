/** Says what became of numbered updates: lost, done twice, done by half, out of order, promised and not kept, unanswered, answered twice. Pure. */

/** An update as it was issued. */
export interface Issued {
  readonly updateId: number
  readonly chat: number
  /** Ascends within a chat. */
  readonly seq: number
}

/** What is to be judged. */
export interface Evidence {
  readonly issued: readonly Issued[]
  /** The rows of `effects` in the order in which they were written; the first thing that a handler does. */
  readonly effects: readonly Issued[]
  /** The rows of `halves`, by update id; the last thing that a handler does. */
  readonly halves: readonly number[]
  /** The ids of updates that are recorded as failed. */
  readonly failed: readonly number[]
  /** What people were told, as the numbers of "saved 7", by chat and in the order in which it came. */
  readonly replies: ReadonlyMap<number, readonly number[]>
}

/** How many of each; all but `sentTwice` are broken promises. */
export interface Verdict {
  /** Issued, without an effect, and not recorded as failed. */
  readonly lost: number
  /** Effects beyond the first of an update. */
  readonly doubled: number
  /** Updates of which only a part was kept. */
  readonly half: number
  /** Effects of a chat behind those of a later update. */
  readonly misordered: number
  /** People who were told "saved" of what is not. */
  readonly ghosts: number
  /** Effects that nobody was told of. */
  readonly unsent: number
  /** First answers of a chat behind those to a later update. */
  readonly sentOutOfOrder: number
  /** Answers beyond the first to an update: allowed where a process died between Telegram's answer and the mark. */
  readonly sentTwice: number
}

/** See the file's purpose. */
export function judge({ issued, effects, halves, failed, replies }: Evidence): Verdict {
  const effectCounts = countsOf(effects.map(({ updateId }) => updateId))
  const halfCounts = countsOf(halves)
  const touched = new Set([...effectCounts.keys(), ...halfCounts.keys()])
  const failedIds = new Set(failed)
  const answers = [...replies.values()]
  const firstAnswers = answers.map((seqs) => [...new Set(seqs)])
  const done = new Set(effects.map(placeOf))
  const told = new Set([...replies].flatMap(([chat, seqs]) => seqs.map((seq) => placeOf({ chat, seq }))))
  return {
    lost: issued.filter(({ updateId }) => !effectCounts.has(updateId) && !failedIds.has(updateId)).length,
    doubled: effects.length - effectCounts.size,
    half: [...touched].filter((id) => effectCounts.get(id) !== halfCounts.get(id)).length,
    misordered: sum(seqsByChat(effects).map(inversionsIn)),
    ghosts: [...told].filter((place) => !done.has(place)).length,
    unsent: [...done].filter((place) => !told.has(place)).length,
    sentOutOfOrder: sum(firstAnswers.map(inversionsIn)),
    sentTwice: sum(answers.map(({ length }) => length)) - sum(firstAnswers.map(({ length }) => length)),
  }
}

const placeOf = ({ chat, seq }: Pick<Issued, 'chat' | 'seq'>) => `${chat}:${seq}`

function seqsByChat(effects: readonly Issued[]): number[][] {
  const byChat = new Map<number, number[]>()
  for (const { chat, seq } of effects) {
    const seqs = byChat.get(chat)
    if (seqs === undefined) byChat.set(chat, [seq])
    else seqs.push(seq)
  }
  return [...byChat.values()]
}

const inversionsIn = (seqs: readonly number[]): number =>
  seqs.filter((seq, index) => index > 0 && seq < (seqs[index - 1] as number)).length

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

function countsOf(ids: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1)
  return counts
}
