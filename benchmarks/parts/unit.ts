/** A unit of work in which no query is made, and the scope of an update in which the greeting's services are asked for. No database is needed: nothing is asked of it. */
import { Telegram } from 'telegraf'
import { contributionsOf } from '../../packages/core/src/app/contributed.js'
import { ServiceContainer } from '../../packages/core/src/container/container.js'
import { Database } from '../../packages/core/src/database/database.js'
import { createLogger } from '../../packages/core/src/logger.js'
import { createSecretRedactor } from '../../packages/core/src/secrets.js'
import { BoundContext } from '../../packages/core/src/telegram/context.js'
import { createOutbox } from '../../packages/core/src/telegram/outbox.js'
import { UnitSession } from '../../packages/core/src/telegram/session.js'
import { cpuMicrosOf } from './cpu-cost.js'
import { commandUpdate, greeters, me, settingsOf, token } from './greeter.js'

const update = commandUpdate(1, 'start')

/** Microseconds of CPU for each update. */
export async function measureUnit(times: number): Promise<{ unit: number; scope: number }> {
  const { settings, texts } = settingsOf(greeters())
  const logger = createLogger({
    ...settings.config.log,
    redactor: createSecretRedactor(),
    context: () => undefined,
  })
  const database = new Database({
    ...settings.config.database,
    models: settings.plugins.flatMap(({ definition }) => definition.contract.models),
    applicationName: 'bench',
    logger,
    keepsPlaces: false,
    storeOutgoing: async () => [],
    onStored: () => undefined,
    onDeferredError: () => undefined,
  })
  const unused = {} as never
  const container = new ServiceContainer(
    { logger, telegram: unused, database: unused, http: unused, commands: [], gauges: unused },
    (plugin) => (language) => texts.translator(plugin, language as string),
  )
  for (const { name, reach, options, behaviour, definition } of settings.plugins) {
    const { appServices, updateServices } = definition.contract
    const contributions = contributionsOf(name, behaviour)
    container.add({ name, reach, options, appServices, updateServices, contributions })
  }
  container.complete()
  const telegram = new Telegram(token)
  const greeting = settings.plugins.at(-1)
  const inUnits = (services: readonly string[]) => async (count: number) => {
    for (let index = 0; index < count; index++) {
      const { end } = await database.run(
        { claim: unused, deadlineMs: 20_000, traced: { botId: me.id, updateId: 1 }, logFields: () => ({}) },
        async (unit) => {
          const outbox = createOutbox(
            (call) => unit.send(call),
            () => undefined,
          )
          const state = () => ({ botId: me.id, sql: unit.sql, owner: {}, logger })
          const ctx = new BoundContext(update, {
            telegram,
            me,
            outbox,
            texts,
            services: () =>
              container.createScope({
                session: new UnitSession(unit, database.sequelize, outbox),
                outbox,
                logger: () => logger,
                state,
              }),
            state,
            afterCommit: (work) => unit.defer(work),
          })
          ctx.enter(greeting, '/start')
          for (const name of services) (ctx.services as Record<string, unknown>)[name]
        },
      )
      if (end.outcome !== 'untouched') throw new Error(`A unit without a query ended as ${end.outcome}.`)
    }
  }
  const unit = await cpuMicrosOf(times, inUnits([]))
  const whole = await cpuMicrosOf(times, inUnits(['users', 'analytics']))
  await database.close()
  return { unit, scope: Math.max(0, whole - unit) }
}
