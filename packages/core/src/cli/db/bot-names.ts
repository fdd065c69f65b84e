/** The names that a bot has on a shared server: one rule for what a bot may be called, and what its database and role are called then. Pure: no I/O. */
import { UsageError } from '../../errors.js'

/** What belongs to one bot on the server. */
export interface BotNames {
  /** As it was given: `mybot`. */
  readonly bot: string
  /** `mybot_db`. */
  readonly database: string
  /** `mybot_user`: the one role that may connect to it. */
  readonly role: string
  /** `mybot_db_restoring`: what a backup is restored into before it takes the place of the database. */
  readonly restoring: string
  /** `mybot_db_replaced`: what was there before a restore, for the moment of the exchange. */
  readonly replaced: string
}

const form = /^[a-z][a-z0-9_-]{0,40}$/
const rule =
  'a letter a–z first, then letters a–z, digits, _ and -, 41 characters at most, and no name that PostgreSQL has for itself'

/**
 * The names of a bot.
 *
 * @throws UsageError BOT_NAME_INVALID: the name breaks the rule, which the message says. PostgreSQL cuts a name at 63
 * bytes without a word, so that two long ones could mean the same database.
 */
export function parseBotName(text: string): BotNames {
  if (!form.test(text) || isTaken(text)) {
    throw new UsageError(
      'BOT_NAME_INVALID',
      `${shown(text)} cannot be the name of a bot: expected ${rule}. Nothing was changed.`,
    )
  }
  const database = `${text}_db`
  return {
    bot: text,
    database,
    role: `${text}_user`,
    restoring: `${database}_restoring`,
    replaced: `${database}_replaced`,
  }
}

function isTaken(name: string): boolean {
  return name.startsWith('pg_') || serverNames.has(name) || reservedWords.has(name)
}

const serverNames = new Set(['postgres', 'template0', 'template1', 'public', 'none'])

// https://www.postgresql.org/docs/current/sql-keywords-appendix.html: the reserved ones, as pg_get_keywords() lists them.
const reservedWords = new Set(
  `all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create
  current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc
  distinct do else end except false fetch for foreign from grant group having in initially intersect into lateral
  leading limit localtime localtimestamp not null offset on only or order placing primary references returning select
  session_user some symmetric system_user table then to trailing true union unique user using variadic when where
  window with`.split(/\s+/),
)

function shown(text: string): string {
  return JSON.stringify(text.length > 70 ? `${text.slice(0, 70)}…` : text)
}
