/** The tables of core itself. */
import { defineMigration } from '../migrations/migration.js'

const createInboxAndOutbox = defineMigration({
  name: '0001-create-inbox-and-outbox',
  async up({ sql }) {
    // json, not jsonb: one lone surrogate or NUL in what a person wrote would refuse a whole batch for ever.
    await sql`
      CREATE TABLE hello_inbox (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        bot_id bigint NOT NULL,
        update_id bigint NOT NULL,
        lane text NOT NULL,
        payload json NOT NULL,
        received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        settled_at timestamptz,
        outcome text CHECK (outcome IN ('done', 'failed', 'dropped')),
        attempts integer NOT NULL DEFAULT 0,
        plugin text,
        error text,
        CONSTRAINT hello_inbox_update UNIQUE (bot_id, update_id)
      )`
    await sql`CREATE INDEX hello_inbox_unsettled ON hello_inbox (bot_id, seq) WHERE settled_at IS NULL`
    await sql`CREATE INDEX hello_inbox_settled_at ON hello_inbox (settled_at) WHERE settled_at IS NOT NULL`
    await sql`
      CREATE TABLE hello_outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        bot_id bigint NOT NULL,
        chat text NOT NULL,
        method text NOT NULL,
        payload json NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        closed_at timestamptz,
        outcome text CHECK (outcome IN ('sent', 'refused')),
        error text
      )`
    await sql`CREATE INDEX hello_outbox_open ON hello_outbox (bot_id, id) WHERE closed_at IS NULL`
  },
  async down({ sql }) {
    await sql`DROP TABLE hello_outbox`
    await sql`DROP TABLE hello_inbox`
  },
})

const createState = defineMigration({
  name: '0002-create-state',
  async up({ sql }) {
    // 0 stands for "of no chat" and "of no person": a key has no NULL. The order of the key serves "all of this person".
    await sql`
      CREATE TABLE hello_state (
        bot_id bigint NOT NULL,
        person_id bigint NOT NULL,
        chat_id bigint NOT NULL,
        plugin text NOT NULL,
        name text NOT NULL,
        value json NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        expires_at timestamptz,
        PRIMARY KEY (bot_id, person_id, chat_id, plugin, name)
      )`
    await sql`CREATE INDEX hello_state_expires_at ON hello_state (expires_at) WHERE expires_at IS NOT NULL`
  },
  async down({ sql }) {
    await sql`DROP TABLE hello_state`
  },
})

const findFailedUpdates = defineMigration({
  name: '0003-find-failed-updates',
  async up({ sql }) {
    // Few rows fail and all of them are kept for long: without it a look at them reads the whole inbox.
    await sql`CREATE INDEX hello_inbox_failed ON hello_inbox (bot_id, seq) WHERE outcome = 'failed'`
  },
  async down({ sql }) {
    await sql`DROP INDEX hello_inbox_failed`
  },
})

const createJobs = defineMigration({
  name: '0004-create-jobs',
  async up({ sql }) {
    await sql`
      CREATE TABLE hello_jobs (
        bot_id bigint NOT NULL,
        plugin text NOT NULL,
        name text NOT NULL,
        schedule text NOT NULL,
        scheduled_for timestamptz,
        next_run_at timestamptz,
        attempts integer NOT NULL DEFAULT 0,
        last_started_at timestamptz,
        last_ended_at timestamptz,
        last_outcome text CHECK (last_outcome IN ('done', 'failed', 'skipped')),
        last_error text,
        PRIMARY KEY (bot_id, plugin, name)
      )`
  },
  async down({ sql }) {
    await sql`DROP TABLE hello_jobs`
  },
})

const createWebhook = defineMigration({
  name: '0005-create-webhook',
  async up({ sql }) {
    await sql`
      CREATE TABLE hello_webhook (
        bot_id bigint PRIMARY KEY,
        secret_digest text NOT NULL,
        set_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`
  },
  async down({ sql }) {
    await sql`DROP TABLE hello_webhook`
  },
})

const createMenus = defineMigration({
  name: '0006-create-menus',
  async up({ sql }) {
    // The lists of commands that were set by us; language is empty for the one of everybody else.
    await sql`
      CREATE TABLE hello_menus (
        bot_id bigint NOT NULL,
        scope text NOT NULL,
        language text NOT NULL,
        PRIMARY KEY (bot_id, scope, language)
      )`
  },
  async down({ sql }) {
    await sql`DROP TABLE hello_menus`
  },
})

const addDeliveries = defineMigration({
  name: '0007-add-deliveries',
  async up({ sql }) {
    await sql`
      ALTER TABLE hello_outbox
        ADD COLUMN at_most_once boolean NOT NULL DEFAULT false,
        ADD COLUMN is_bulk boolean NOT NULL DEFAULT false,
        ADD COLUMN tag text,
        ADD COLUMN attempted_at timestamptz,
        DROP CONSTRAINT hello_outbox_outcome_check,
        ADD CONSTRAINT hello_outbox_outcome_check CHECK (outcome IN ('sent', 'refused', 'unknown'))`
    await sql`DROP INDEX hello_outbox_open`
    // By its kind, so that a large mailing is not read past whenever a reply is looked for.
    await sql`CREATE INDEX hello_outbox_open ON hello_outbox (bot_id, is_bulk, id) WHERE closed_at IS NULL`
  },
  async down({ sql }) {
    await sql`DROP INDEX hello_outbox_open`
    await sql`UPDATE hello_outbox SET outcome = 'refused' WHERE outcome = 'unknown'`
    await sql`
      ALTER TABLE hello_outbox
        DROP COLUMN at_most_once,
        DROP COLUMN is_bulk,
        DROP COLUMN tag,
        DROP COLUMN attempted_at,
        DROP CONSTRAINT hello_outbox_outcome_check,
        ADD CONSTRAINT hello_outbox_outcome_check CHECK (outcome IN ('sent', 'refused'))`
    await sql`CREATE INDEX hello_outbox_open ON hello_outbox (bot_id, id) WHERE closed_at IS NULL`
  },
})

/** The name under which core's own migrations stand in the log. */
export const coreMigrationsOwner = 'core'

/** In order of their names. */
export const coreMigrations = [
  createInboxAndOutbox,
  createState,
  findFailedUpdates,
  createJobs,
  createWebhook,
  createMenus,
  addDeliveries,
]
