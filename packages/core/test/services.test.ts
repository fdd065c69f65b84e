/** Services: built at boot or once for an update, each with its plugin's options and logger, and none that nobody asks for. */
import { expect, inject, onTestFinished, test } from 'vitest'
import {
  type App,
  asClass,
  asFunction,
  asValue,
  createApp,
  type DatabaseSession,
  defineContract,
  definePlugin,
  type Logger,
  z,
} from '../src/index.js'
import { startTestBot, type TestBotOptions } from '../src/testing/index.js'

const start = async (app: App, options: TestBotOptions = {}) => {
  const bot = await startTestBot(app, { postgresUrl: inject('postgresUrl'), quiet: true, ...options })
  onTestFinished(() => bot.stop())
  return bot
}

const linesOf = (log: string, sentence: string): Record<string, unknown>[] =>
  log
    .split('\n')
    .filter((line) => line.includes(sentence))
    .map((line) => JSON.parse(line))

test('an app service is built once, at boot, and before any plugin starts', async () => {
  const events: string[] = []
  class Clock {
    constructor() {
      events.push('built')
    }
  }
  const clock = definePlugin(defineContract({ name: 'clock', appServices: { clock: Clock } }), {
    start: () => void events.push('clock starts'),
  })
  const user = defineContract({ name: 'user', requires: [clock] })
  const seen = new Set<Clock>()
  const plugin = definePlugin(user, {
    start: (services) => void seen.add(services.clock),
    commands: { now: { description: 'Now', handle: (ctx) => void seen.add(ctx.services.clock) } },
  })
  const bot = await start(createApp({ plugins: [plugin(), clock()] }))
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/now')
  alice.sends('/now')
  await expect.poll(() => bot.bot.updates.pending().length).toBe(0)
  await bot.app.idle()
  expect(events).toEqual(['built', 'clock starts'])
  expect(seen.size).toBe(1)
})

test.each([
  [
    'throws',
    () => {
      throw new TypeError('no disk')
    },
    'no disk',
    'disk',
  ],
  ['asks for what is not there', ({ nope }: { nope: unknown }) => nope, 'nope', 'disk -> nope'],
])(
  'an app service that %s refuses the start with plugin, service and the way that was walked',
  async (_, build, reason, path) => {
    const contract = defineContract({
      name: 'storage',
      appServices: {
        archive: asFunction(({ disk }: { disk: unknown }) => ({ disk })),
        disk: asFunction(build as () => unknown),
      },
    })
    const app = createApp({ plugins: [definePlugin(contract, {})()] })
    const error = await start(app).catch((refusal: Error) => refusal)
    expect(error).toMatchObject({ code: 'SERVICE_FAILED' })
    expect((error as Error).message).toContain('Plugin "storage": its app service "archive"')
    expect((error as Error).message).toContain(reason)
    if (reason === 'nope') expect((error as Error).message).toContain(`archive -> ${path}`)
  },
)

test('an app service cannot catch hold of a service of an update, by whatever way', async () => {
  class Basket {}
  const contract = defineContract({
    name: 'shop',
    appServices: { shop: asFunction(({ basket }: { basket: Basket }) => ({ basket })) },
    updateServices: { basket: Basket },
  })
  const app = createApp({ plugins: [definePlugin(contract, {})()] })
  await expect(start(app)).rejects.toMatchObject({
    code: 'SERVICE_FAILED',
    message: expect.stringMatching(/"shop": its app service "shop".*basket/s),
  })
})

test('what the compiler refuses is refused at run time too: services beyond what is required, and unknown ones', async () => {
  const secret = definePlugin(
    defineContract({
      name: 'secret',
      appServices: { vault: class Vault {} },
      updateServices: { key: class Key {} },
    }),
    {},
  )
  const told: unknown[] = []
  const asks = (services: object) => {
    for (const name of ['vault', 'key', 'nobody']) {
      try {
        told.push(Reflect.get(services, name))
      } catch (error) {
        told.push(error)
      }
    }
  }
  class Nosy {
    constructor(needs: object) {
      asks(needs)
    }
  }
  const contract = defineContract({ name: 'nosy', updateServices: { nosy: Nosy } })
  const nosy = definePlugin(contract, {
    start: (services) => asks(services),
    commands: { ask: { description: 'Ask', handle: (ctx) => [asks(ctx.services), ctx.services.nosy] } },
  })
  const bot = await start(createApp({ plugins: [secret(), nosy()] }))
  bot.createPerson({ firstName: 'Alice' }).sends('/ask')
  await expect.poll(() => told.length).toBe(9)
  const refusals = [
    { code: 'SERVICE_NOT_REQUIRED', message: expect.stringContaining('service "vault" of plugin "secret"') },
    { code: 'SERVICE_NOT_REQUIRED', message: expect.stringContaining('Add secret to the requires') },
    { code: 'SERVICE_NOT_FOUND', message: expect.stringContaining('Within its reach: logger, telegram') },
  ]
  expect(told).toMatchObject([...refusals, ...refusals, ...refusals])
})

test('services can be handed through an await, which asks everything for a "then"', async () => {
  let isSame: boolean | undefined
  const handing = definePlugin(defineContract({ name: 'handing' }), {
    start: async (services) => {
      isSame = (await services) === services
    },
  })
  await start(createApp({ plugins: [handing()] }))
  expect(isSame).toBe(true)
})

test('an update has one instance of a service, shared by its plugins, and the next update another', async () => {
  const seen: Basket[] = []
  class Basket {}
  const shop = definePlugin(defineContract({ name: 'shop', updateServices: { basket: Basket } }), {
    middleware: {
      install: (bot) =>
        bot.use((ctx, next) => {
          seen.push(ctx.services.basket)
          return next()
        }),
    },
  })
  const till = definePlugin(defineContract({ name: 'till', requires: [shop] }), {
    commands: {
      pay: {
        description: 'Pay',
        handle: async (ctx) => {
          seen.push(ctx.services.basket)
          await ctx.outbox.reply('paid')
        },
      },
    },
  })
  const bot = await start(createApp({ plugins: [shop(), till()] }))
  const alice = bot.createPerson({ firstName: 'Alice' })
  for (const _ of [1, 2]) {
    alice.sends('/pay')
    await alice.sees('paid')
  }
  const [first, second, third, fourth] = seen
  expect(first).toBe(second)
  expect(third).toBe(fourth)
  expect(first).not.toBe(third)
})

test('nothing is built for an update that asks for nothing', async () => {
  let built = 0
  class Costly {
    constructor() {
      built++
    }
  }
  const contract = defineContract({ name: 'thrifty', updateServices: { costly: Costly } })
  const plugin = definePlugin(contract, {
    commands: {
      plain: { description: 'Plain', handle: (ctx) => ctx.outbox.reply('plain') },
      other: { description: 'Other', handle: (ctx) => ctx.outbox.reply(`${ctx.services.commands.length}`) },
      costly: { description: 'Costly', handle: (ctx) => ctx.services.costly && ctx.outbox.reply('costly') },
    },
  })
  const bot = await start(createApp({ plugins: [plugin()] }))
  const alice = bot.createPerson({ firstName: 'Alice' })
  for (const [command, answer, count] of [
    ['/plain', 'plain', 0],
    ['/other', '4', 0],
    ['/costly', 'costly', 1],
  ] as const) {
    alice.sends(command)
    await alice.sees(answer)
    expect(built).toBe(count)
  }
})

test('a service sees the options of its own plugin, and resolvers of Awilix are services too', async () => {
  class Greeter {
    readonly #word: string
    constructor({ options, name }: { options: { word: string }; name: string }) {
      this.#word = `${options.word}, ${name}`
    }
    greet() {
      return this.#word
    }
  }
  const one = definePlugin(
    defineContract({
      name: 'one',
      options: z.object({ word: z.string() }),
      appServices: { name: asValue('Alice'), greeter: asClass(Greeter).transient() },
    }),
    {},
  )
  const two = definePlugin(
    defineContract({
      name: 'two',
      requires: [one],
      options: z.object({ word: z.string().default('Bye') }),
      updateServices: {
        farewell: asFunction(
          ({ options, greeter }: { options: { word: string }; greeter: Greeter }) =>
            () =>
              `${greeter.greet()}. ${options.word}!`,
        ),
      },
    }),
    {
      commands: {
        go: {
          description: 'Go',
          handle: (ctx) => ctx.outbox.reply(`${ctx.services.farewell()} ${ctx.options.word}`),
        },
      },
    },
  )
  const bot = await start(createApp({ plugins: [one({ word: 'Hi' }), two()] }))
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/go')
  await alice.sees('Hi, Alice. Bye! Bye')
})

test('each line of a plugin carries its name, and within an update the update’s id', async () => {
  class Counter {
    readonly #logger: Logger
    constructor({ logger }: { logger: Logger }) {
      this.#logger = logger
    }
    count() {
      this.#logger.info('counted')
    }
  }
  const counting = definePlugin(
    defineContract({
      name: 'counting',
      appServices: { store: Counter },
      updateServices: { counter: Counter },
    }),
    {
      start({ logger, store }) {
        logger.info('started')
        store.count()
      },
    },
  )
  const asking = definePlugin(defineContract({ name: 'asking', requires: [counting] }), {
    commands: {
      count: {
        description: 'Count',
        handle: async (ctx) => {
          ctx.services.logger.info('asked')
          ctx.services.counter.count()
          await ctx.outbox.reply('done')
        },
      },
    },
  })
  const bot = await start(createApp({ plugins: [counting(), asking()] }))
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/count')
  await alice.sees('done')
  expect(linesOf(bot.log, '"started"')).toMatchObject([{ plugin: 'counting' }])
  const [atStart, inUpdate] = linesOf(bot.log, '"counted"')
  expect(atStart).toMatchObject({ plugin: 'counting' })
  expect(atStart).not.toHaveProperty('updateId')
  const [asked] = linesOf(bot.log, '"asked"')
  expect(asked).toMatchObject({ plugin: 'asking', updateId: expect.any(Number) })
  expect(inUpdate).toMatchObject({ plugin: 'counting', updateId: asked?.updateId })
})

test('app.unit gives the services of all plugins outside of an update', async () => {
  class Sums {
    readonly #session: DatabaseSession
    constructor({ session }: { session: DatabaseSession }) {
      this.#session = session
    }
    async add(a: number, b: number) {
      const [row] = await this.#session.sql<{ sum: number }>`SELECT ${a}::int + ${b}::int AS sum`
      return row?.sum
    }
  }
  const contract = defineContract({ name: 'sums', updateServices: { sums: Sums } })
  const app = createApp({ plugins: [definePlugin(contract, {})()] })
  await start(app as App)
  expect(await app.unit((services) => services.sums.add(2, 3))).toBe(5)
})

test('the disposer of an app service runs when the app stops, after its plugin has stopped', async () => {
  const events: string[] = []
  const contract = defineContract({
    name: 'cache',
    appServices: {
      cache: asFunction(() => ({})).disposer(() => void events.push('disposed')),
    },
  })
  const app = createApp({ plugins: [definePlugin(contract, { stop: () => void events.push('stopped') })()] })
  const bot = await start(app)
  await bot.stop()
  expect(events).toEqual(['stopped', 'disposed'])
})
