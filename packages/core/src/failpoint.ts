/** Named moments at which a test build can be made to die. The published build has none of them: its bundler drops every statement that is labelled `FAILPOINT`. */
import { channel } from 'node:diagnostics_channel'

/** The moments, in the order in which an update reaches them. */
export type Failpoint =
  /** The row of the inbox is committed, and Telegram has not been told. */
  | 'after-inbox-row'
  /** The update has left its lane, and nothing of it has been done. */
  | 'before-begin'
  /** The handler has returned, and COMMIT has not been sent. */
  | 'before-commit'
  /** PostgreSQL has confirmed COMMIT, and nobody knows it yet. */
  | 'after-commit'
  /** Telegram has taken a message, and it is not marked off in the outbox. */
  | 'after-send'

/** Tells whoever listens that the process is at this moment, before anything else happens. */
export function failpoint(name: Failpoint): void {
  failpoints.publish(name)
}

const failpoints = channel('hello:failpoint')
