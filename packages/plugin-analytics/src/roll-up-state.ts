/** How far the events of an app are rolled up. */

/** How far the roll-ups have come, as PostgreSQL writes it. */
export interface RollUpState {
  /** An IANA name: days are cut in it. */
  readonly timeZone: string
  /** Events before it stand in the roll-ups, those from it on in the table of events alone; `-infinity` at first. */
  readonly rolledUntil: string
  /** The day that it is there, such as `2026-01-31`. */
  readonly today: string
}
