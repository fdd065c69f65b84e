/** Counts what the trials of one row have shown. Pure. */
import type { Verdict } from './judge.js'

/** What a row came to. */
export interface RowResult {
  readonly row: number
  readonly trials: number
  readonly lost: number
  readonly doubled: number
  readonly failed: boolean
}

/** See the file's purpose. A row passes where it made the trials that it was to make, and none of them showed a broken promise. */
export class Tally {
  trials = 0
  lost = 0
  doubled = 0
  /** Allowed, and worth knowing. */
  sentTwice = 0
  /** Figures to show, as `slowest 120 ms`. */
  readonly figures: string[] = []
  /** Broken promises besides LOST and DUP, with how often. */
  readonly broken = new Map<string, number>()

  /** Counts finished trials. */
  trial(count = 1): void {
    this.trials += count
  }

  /** Notes a broken promise of any kind, as `GHOST` or `exit code 0`; nothing for 0. */
  breach(what: string, count = 1): void {
    if (count > 0) this.broken.set(what, (this.broken.get(what) ?? 0) + count)
  }

  /** Notes a breach where `isKept` is false. */
  expect(isKept: boolean, otherwise: string): void {
    if (!isKept) this.breach(otherwise)
  }

  /** Takes in what the checker found. */
  add(verdict: Verdict): void {
    this.lost += verdict.lost
    this.doubled += verdict.doubled
    this.sentTwice += verdict.sentTwice
    this.breach('HALF', verdict.half)
    this.breach('ORDER', verdict.misordered)
    this.breach('GHOST', verdict.ghosts)
    this.breach('SENT0', verdict.unsent)
    this.breach('ORDER of answers', verdict.sentOutOfOrder)
  }

  /** @param wanted how many trials there had to be */
  result(row: number, wanted: number): RowResult {
    const failed = this.trials < wanted || this.lost > 0 || this.doubled > 0 || this.broken.size > 0
    return { row, trials: this.trials, lost: this.lost, doubled: this.doubled, failed }
  }

  /** What the table shows beside the counts. */
  note(wanted: number): string {
    const short = this.trials < wanted ? [`only ${this.trials} of ${wanted} trials`] : []
    const broken = [...this.broken].map(([what, count]) => `${count} × ${what}`)
    const twice = this.sentTwice > 0 ? [`${this.sentTwice} sent twice`] : []
    return [...short, ...broken, ...twice, ...this.figures].join('; ')
  }
}
