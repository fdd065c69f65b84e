/** What typed state and conversations draw on in one unit of work: whose they are, and where they are kept. Types alone. */
import type { Sql } from '../database/sql.js'
import type { Logger } from '../logger.js'

/** Whose state is meant. In an update it is known by itself; elsewhere it is named with `state.of(…)`. */
export interface StateOwner {
  /** Telegram's id of the chat; negative for groups. */
  readonly chatId?: number
  /**
   * Telegram's id of the person. In an update where somebody writes as a chat (an anonymous administrator, a channel)
   * it is that chat's id, since all of these share the id of one account of Telegram.
   */
  readonly personId?: number
}

/** See the file's purpose. @internal */
export interface StateSource {
  readonly botId: number
  /** Runs SQL in the unit of work. */
  readonly sql: Sql
  /** Whose update it is; empty where no update is. */
  readonly owner: StateOwner
  readonly logger: Logger
}
