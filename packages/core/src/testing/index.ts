/** `@hello/core/testing`: for tests of bots and plugins. Never imported by an app that runs. */

export type { FailedUpdate } from './failed-updates.js'
export { startTestServer, type TestServer, type TestServerOptions } from './postgres-server.js'
export { runTestCommand, type TestCommandOptions, type TestCommandResult } from './run-command.js'
export { startTestBot, type TestBot, type TestBotOptions } from './test-bot.js'
export { createTestDatabase, type TestDatabase, type TestDatabaseOptions } from './test-database.js'
export { type TestPluginOptions, testPlugin } from './test-plugin.js'
