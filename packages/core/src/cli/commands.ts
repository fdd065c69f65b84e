/** The commands of `hello`, as yargs command modules, a file each. What a command needs is loaded when it runs. */
import type { CommandModule } from 'yargs'
import { createBuildCommand } from './build-command.js'
import type { CommandTools } from './command-tools.js'
import { createConfigCommand } from './config-command.js'
import { createDbCommand } from './db-command.js'
import { createDevBotCommand } from './dev-bot-command.js'
import { createDevCommand } from './dev-command.js'
import { createDoctorCommand } from './doctor-command.js'
import { createMigrateCommand } from './migrate-command.js'
import { createPluginsCommand } from './plugins-command.js'
import { createRoutesCommand } from './routes-command.js'
import { createStartCommand } from './start-command.js'
import { createUpdatesCommand } from './updates-command.js'
import { createWebhookCommand } from './webhook-command.js'

/** Builds them, in the order in which `hello --help` lists them; nothing runs. */
export function createCommands(tools: CommandTools): CommandModule<any, any>[] {
  return [
    createDevCommand(tools),
    createDevBotCommand(tools),
    createStartCommand(tools),
    createBuildCommand(tools),
    createMigrateCommand(tools),
    createConfigCommand(tools),
    createUpdatesCommand(tools),
    createDoctorCommand(tools),
    createPluginsCommand(tools),
    createRoutesCommand(tools),
    createWebhookCommand(tools),
    createDbCommand(tools),
  ]
}
