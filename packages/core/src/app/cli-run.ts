/** Runs a command that a plugin adds to `hello`: database and services are opened for it, and closed again. No plugin is started, Telegram is not asked, no update is taken in. */
import { ServiceContainer } from '../container/container.js'
import { ErrorReports } from '../error-reports.js'
import { PluginError } from '../errors.js'
import { createHttpClient } from '../http-client.js'
import { createLogger, type Logger } from '../logger.js'
import type { KnownPlugin } from '../migrations/order.js'
import type { Behaviour } from '../plugin/behaviour.js'
import { addCliCommand, type CliCommand } from '../plugin/cli.js'
import type { AnyContract } from '../plugin/contract.js'
import { servicesOf } from '../telegram/plugin-services.js'
import { createUnitRunner } from '../telegram/session.js'
import type { CliCall } from './cli-call.js'
import { createAppDatabase, createAppTelegram } from './connections.js'
import { contributionsOf } from './contributed.js'
import { readGauges } from './read-gauges.js'
import type { AppChoices } from './runtime-options.js'
import { bringSchemaUp } from './schema.js'
import type { Settings } from './settings.js'
import { Teardown } from './teardown.js'
import { unitServices } from './unit-services.js'

/** @throws PluginError CLI_INVALID: what a plugin's `cli` gives is no list of commands, or two have one name. */
export function cliCommandsOf(plugin: string, behaviour: Behaviour<AnyContract>): readonly CliCommand[] {
  const given: unknown = behaviour.cli?.(addCliCommand) ?? []
  const refuse = (what: string) => new PluginError('CLI_INVALID', `Plugin "${plugin}": ${what}`)
  if (!Array.isArray(given) || !given.every(isCommand)) {
    throw refuse(
      'cli() gave something else than a list of commands. Write: cli: (command) => [command("export", { describe: "…", handle() { … } })]',
    )
  }
  const names = given.map(({ command }) => command.split(' ')[0] as string)
  const odd = names.find((name) => !/^[a-z][a-z0-9-]*$/.test(name))
  if (odd !== undefined)
    throw refuse(`a command of hello is called "${odd}". A name is a–z, 0–9 and -, from a letter on.`)
  const twice = names.find((name, index) => names.indexOf(name) < index)
  if (twice !== undefined) throw refuse(`it has two commands of hello called "${twice}". Rename one.`)
  return given
}

function isCommand(value: unknown): value is CliCommand {
  const { command, '~definition': definition } = (value ?? {}) as Partial<CliCommand>
  return (
    typeof command === 'string' &&
    typeof definition?.describe === 'string' &&
    typeof definition.handle === 'function'
  )
}

/**
 * @returns the exit code that the command gives
 * @throws DatabaseError, MigrationError, and what the command throws; everything opened is closed.
 */
export async function runCliCommand(
  settings: Settings,
  known: readonly KnownPlugin[],
  choices: AppChoices,
  call: CliCall,
): Promise<number> {
  const teardown = new Teardown()
  try {
    const { logger, services, unit, options } = await openServices(settings, known, choices, call, teardown)
    logger.debug({ command: call.command.command }, 'A command of the plugin runs')
    const { terminal, args, signal, command } = call
    const exitCode = await command['~definition'].handle({
      isInteractive: terminal.isInteractive,
      print: terminal.print,
      note: terminal.note,
      progress: terminal.progress,
      confirm: terminal.confirm,
      args,
      signal,
      services: services as never,
      options: options as never,
      unit: unit as never,
    })
    return typeof exitCode === 'number' ? exitCode : 0
  } finally {
    await teardown.run()
  }
}

async function openServices(
  settings: Settings,
  known: readonly KnownPlugin[],
  choices: AppChoices,
  { plugin: name, redactor, logDestination, signal }: CliCall,
  teardown: Teardown,
) {
  const { config, plugins, secrets } = settings
  for (const secret of secrets) redactor.add(secret)
  const logger: Logger = createLogger({ ...config.log, redactor, destination: logDestination })
  const botId = Number.parseInt(config.telegram.token, 10)
  const connecting = { botId, config, redactor, logger, teardown }
  const reports = new ErrorReports(choices.onError, logger)
  teardown.add(() => reports.idle())
  const telegram = createAppTelegram(connecting, {
    refusesSendsInTransaction: choices.refusesSendsInTransaction,
    currentUnit: () => database.currentUnit,
  })
  const database = createAppDatabase(connecting, {
    models: plugins.flatMap(({ definition }) => definition.contract.models),
    // It leaves when the bot runs: whoever leads looks for what others have stored.
    onStored: () => undefined,
    onDeferredError: reports.ofDeferred({ in: 'unit' }),
  })
  await database.connect()
  await bringSchemaUp(settings, known, logger, signal)
  const http = createHttpClient({ unitSignal: () => database.currentUnit?.signal })
  teardown.add(() => http.close())
  const query = database.query.bind(database)
  const container = new ServiceContainer(
    {
      logger,
      telegram,
      database: createUnitRunner(database),
      commands: choices.commands,
      http: http.client,
      gauges: {
        read: () =>
          readGauges({
            botId,
            telegram,
            engine: undefined,
            polling: undefined,
            pool: database.poolUsage,
            query,
          }),
      },
    },
    (plugin) => (language) => choices.texts.translator(plugin, language),
  )
  teardown.add(() => container.dispose())
  for (const plugin of plugins) {
    const { appServices, updateServices } = plugin.definition.contract
    const contributions = contributionsOf(plugin.name, plugin.behaviour)
    container.add({ ...plugin, appServices, updateServices, contributions })
  }
  container.complete()
  const own = plugins.find((plugin) => plugin.name === name) as Settings['plugins'][number]
  return {
    logger,
    options: own.options,
    services: container.appServicesOf(own.reach),
    unit: <T>(work: (services: object) => Promise<T>) =>
      database.unitOf((unit) =>
        work(servicesOf(unitServices(container, database, botId, unit, logger), own.reach)),
      ),
  }
}
