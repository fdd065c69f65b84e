/** Tells what is wrong in the code of an app from what failed while it ran: to start it again does not help. Pure. */
import { type ErrorCode, MigrationError, PluginError } from '../errors.js'

const definitionCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'APP_SHAPE',
  'CALLBACK_CONFLICT',
  'CALLBACK_INVALID',
  'CLI_INVALID',
  'COMMANDS_TOO_MANY',
  'COMMAND_CONFLICT',
  'COMMAND_INVALID',
  'CONVERSATION_INVALID',
  'EXTENSION_INVALID',
  'GUARD_INVALID',
  'GUARD_NOT_REQUIRED',
  'JOB_INVALID',
  'MIGRATION_AFTER_UNKNOWN',
  'MIGRATION_CYCLE',
  'MIGRATION_DUPLICATE',
  'MIGRATION_NAME',
  'MIGRATION_SHAPE',
  'MODEL_CONFLICT',
  'MODEL_INVALID',
  'PLUGIN_CORE_COPY',
  'PLUGIN_CORE_VERSION',
  'PLUGIN_CYCLE',
  'PLUGIN_DEPENDENCY_MISSING',
  'PLUGIN_DUPLICATE',
  'PLUGIN_HOOK',
  'PLUGIN_NAME',
  'PLUGIN_SCHEMA',
  'PLUGIN_SELF',
  'PLUGIN_SHAPE',
  'ROUTE_CONFLICT',
  'ROUTE_INVALID',
  'SERVICE_CONFLICT',
  'SERVICE_INVALID',
  'STATE_INVALID',
  'TEXTS_INVALID',
  'TEXTS_UNKNOWN',
])

/** Whether an error is one of {@link definitionCodes}: found without I/O, before anything is opened. */
export function isDefinitionFault(error: unknown): boolean {
  return (error instanceof PluginError || error instanceof MigrationError) && definitionCodes.has(error.code)
}
