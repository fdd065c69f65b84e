/** The life of an app: started in the order of requires, stopped in reverse, and nothing left of a start or stop that fails. */
import { expect, test } from 'vitest'
import { type AnyPluginFactory, createApp, defineContract, definePlugin } from '../src/index.js'
import { backendsOf, hangs, notingPlugin, startBot, thrownBy } from './lifecycle.fixture.js'

test('plugins start in the order of requires, drain together, and stop in reverse', async () => {
  const events: string[] = []
  const a = notingPlugin('a', events)
  const b = notingPlugin('b', events, [a])
  const c = notingPlugin('c', events, [b])
  const app = createApp({ plugins: [c(), a(), b()] })
  expect(app.pluginNames).toEqual(['a', 'b', 'c'])
  const bot = await startBot(app)
  expect(events.splice(0)).toEqual(['a start', 'b start', 'c start'])
  await bot.stop()
  expect(events).toEqual(['c drain', 'b drain', 'a drain', 'c stop', 'b stop', 'a stop'])
})

test('a plugin is given its services and its options in every phase', async () => {
  const seen: unknown[] = []
  class Counter {}
  const contract = defineContract({ name: 'counting', appServices: { counter: Counter } })
  const note = (services: { counter: Counter }) => void seen.push(services.counter)
  const bot = await startBot(
    createApp({ plugins: [definePlugin(contract, { start: note, drain: note, stop: note })()] }),
  )
  await bot.stop()
  expect(seen).toHaveLength(3)
  expect(new Set(seen).size).toBe(1)
})

test('what a draining plugin puts in the outbox still leaves', async () => {
  const contract = defineContract({ name: 'farewell' })
  let chatId = 0
  let sayGoodNight: () => Promise<void>
  const plugin = definePlugin(contract, {
    commands: {
      meet: {
        description: 'Meet',
        handle: async (ctx) => {
          chatId = ctx.from.id
          await ctx.outbox.reply('met')
        },
      },
    },
    drain: () => sayGoodNight(),
  })
  const app = createApp({ plugins: [plugin()] })
  sayGoodNight = () => app.unit(({ outbox }) => outbox.sendMessage(chatId, 'Good night'))
  const bot = await startBot(app)
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/meet')
  await alice.sees('met')
  await app.stop()
  expect(alice.transcript().at(-1)).toMatchObject({ text: 'Good night' })
})

test.each([
  [
    'throws',
    () => {
      throw new TypeError('no key')
    },
    'failed to start: no key',
  ],
  [
    'is refused',
    async () => {
      throw new TypeError('no key')
    },
    'failed to start: no key',
  ],
  ['hangs', hangs, 'did not start within 50 ms'],
])('a start that %s names plugin and phase, and undoes what had started', async (_, start, reason) => {
  const events: string[] = []
  const a = notingPlugin('a', events)
  const b = notingPlugin('b', events, [a])
  const broken = definePlugin(defineContract({ name: 'broken', requires: [b] }), {
    start,
    stop: () => void events.push('broken stop'),
  })
  const app = createApp({
    plugins: [broken(), a(), b(), notingPlugin('later', events)()],
    startTimeoutMs: 50,
  })
  const bot = await startBot(app, { isStarted: false })
  const error = await thrownBy(app.start({ env: bot.env }))
  expect(error).toMatchObject({
    code: 'PLUGIN_START_FAILED',
    message: expect.stringContaining(`Plugin "broken" ${reason}`),
  })
  expect(events).toEqual(['a start', 'b start', 'b stop', 'a stop'])
  await expect.poll(() => backendsOf(bot.databaseUrl), { timeout: 10_000 }).toEqual([])
  await expect(app.unit(async () => 1)).rejects.toMatchObject({ code: 'APP_NOT_RUNNING' })
})

test.each([
  [
    'throws',
    () => {
      throw new TypeError('no disk')
    },
    'failed to stop: no disk',
  ],
  ['hangs', hangs, 'did not stop within 50 ms'],
])('where one stop %s, the others are stopped all the same', async (_, stop, reason) => {
  const events: string[] = []
  const a = notingPlugin('a', events)
  const broken = definePlugin(defineContract({ name: 'broken', requires: [a] }), { stop })
  const c = notingPlugin('c', events, [broken])
  const app = createApp({ plugins: [a(), broken(), c()], stopTimeoutMs: 50 })
  const bot = await startBot(app)
  events.splice(0)
  const error = await thrownBy(app.stop())
  expect(error).toMatchObject({
    code: 'PLUGIN_STOP_FAILED',
    message: expect.stringContaining(`Plugin "broken" ${reason}`),
  })
  expect(events).toEqual(['c drain', 'a drain', 'c stop', 'a stop'])
  await expect.poll(() => backendsOf(bot.databaseUrl), { timeout: 10_000 }).toEqual([])
})

test('several stops that fail are all told', async () => {
  const broken = (name: string) =>
    definePlugin(defineContract({ name }), {
      stop: () => {
        throw new TypeError(name)
      },
    }) as AnyPluginFactory
  const app = createApp({ plugins: [broken('one')(), broken('two')()] })
  await startBot(app)
  const error = (await thrownBy(app.stop())) as AggregateError
  expect(error.errors).toMatchObject([
    { code: 'PLUGIN_STOP_FAILED', message: expect.stringContaining('"two"') },
    { code: 'PLUGIN_STOP_FAILED', message: expect.stringContaining('"one"') },
  ])
})

test('no update is handled before every plugin has started', async () => {
  const events: string[] = []
  let go: () => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    go = resolve
  })
  const hearing = definePlugin(defineContract({ name: 'hearing' }), {
    commands: { hi: { description: 'Hi', handle: () => void events.push('handled') } },
  })
  let reached: () => void = () => undefined
  const starting = new Promise<void>((resolve) => {
    reached = resolve
  })
  const slow = definePlugin(defineContract({ name: 'slow', requires: [hearing] }), {
    start: async () => {
      reached()
      await gate
      events.push('slow start')
    },
  })
  const app = createApp({ plugins: [hearing(), slow()] })
  const bot = await startBot(app, { isStarted: false })
  bot.createPerson({ firstName: 'Alice' }).sends('/hi')
  const started = app.start({ env: bot.env })
  await starting
  go()
  await started
  await expect.poll(() => events).toEqual(['slow start', 'handled'])
})

test('createApp does no I/O, and an app that does not run says so', async () => {
  const events: string[] = []
  const app = createApp({ plugins: [notingPlugin('a', events)()] })
  expect(events).toEqual([])
  expect(app.migrationIds.length).toBeGreaterThan(0)
  expect(() => app.telegram).toThrow(expect.objectContaining({ code: 'APP_NOT_RUNNING' }))
  await expect(app.unit(async () => 1)).rejects.toMatchObject({ code: 'APP_NOT_RUNNING' })
  await app.idle()
  await app.stop()
})

test('start and stop are asked any number of times and happen once; then the app starts anew', async () => {
  const events: string[] = []
  const app = createApp({ plugins: [notingPlugin('a', events)()] })
  const bot = await startBot(app, { isStarted: false })
  const { env } = bot
  const [first, second] = [app.start({ env }), app.start({ env })]
  expect(first).toBe(second)
  await first
  expect(app.start({ env })).toBe(first)
  const [end, again] = [app.stop(), app.stop()]
  expect(end).toBe(again)
  const anew = app.start({ env })
  await end
  await app.stop()
  await expect(anew).rejects.toMatchObject({ code: 'APP_STOPPED' })
  await app.start({ env })
  await app.stop()
  await app.stop()
  const once = ['a start', 'a drain', 'a stop']
  expect(events).toEqual([...once, ...once])
  await expect.poll(() => backendsOf(bot.databaseUrl), { timeout: 10_000 }).toEqual([])
})

test('an app starts anew after a stop that failed', async () => {
  let isBroken = true
  const plugin = definePlugin(defineContract({ name: 'moody' }), {
    stop: () => {
      if (isBroken) throw new TypeError('not now')
    },
  })
  const app = createApp({ plugins: [plugin()] })
  const { env } = await startBot(app, { env: { LOG_LEVEL: 'silent' } })
  const ended = thrownBy(app.stop())
  const anew = app.start({ env })
  expect(await ended).toMatchObject({ code: 'PLUGIN_STOP_FAILED' })
  await anew
  isBroken = false
  await app.stop()
})

test('await using stops the app', async () => {
  const events: string[] = []
  const app = createApp({ plugins: [notingPlugin('a', events)()] })
  const bot = await startBot(app, { isStarted: false })
  {
    await using running = app
    await running.start({ env: bot.env })
  }
  expect(events).toEqual(['a start', 'a drain', 'a stop'])
})

test('a handler that hangs past the shutdown deadline is left, and said', async () => {
  let reached: () => void = () => undefined
  const handling = new Promise<void>((resolve) => {
    reached = resolve
  })
  const events: string[] = []
  const other = notingPlugin('other', events)
  const hanging = definePlugin(defineContract({ name: 'hanging', requires: [other] }), {
    commands: {
      hang: {
        description: 'Hang',
        handle: () => {
          reached()
          return hangs()
        },
      },
    },
  })
  const app = createApp({ plugins: [other(), hanging()] })
  const bot = await startBot(app, { env: { SHUTDOWN_DEADLINE: '100ms', UPDATE_DEADLINE: '3s' } })
  bot.createPerson({ firstName: 'Alice' }).sends('/hang')
  await handling
  expect(await thrownBy(app.stop())).toMatchObject({
    code: 'APP_STOP_DEADLINE',
    message: expect.stringContaining('after 100 ms'),
  })
  expect(events).toEqual(['other start', 'other drain', 'other stop'])
})

test('messages that cannot leave do not hold up a stop: they stay for the next start', async () => {
  const plugin = definePlugin(defineContract({ name: 'talking' }), {
    commands: { talk: { description: 'Talk', handle: (ctx) => ctx.outbox.reply('late') } },
  })
  const app = createApp({ plugins: [plugin()] })
  const bot = await startBot(app, { env: { SHUTDOWN_DEADLINE: '200ms' } })
  const refusal = { kind: 'error', errorCode: 502, description: 'Bad Gateway', times: 1_000 } as const
  bot.server.faults.next('sendMessage', refusal)
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/talk')
  await expect.poll(() => bot.log).toContain('is tried again')
  await app.stop()
  expect(bot.log).toContain('Not every message has left in time')
  bot.server.faults.clear()
  await app.start({ env: { ...bot.env, LOG_LEVEL: 'silent' } })
  await alice.sees('late')
})

test('two apps in one process do not touch each other', async () => {
  const make = () => {
    const plugin = definePlugin(defineContract({ name: 'echo' }), {
      commands: { who: { description: 'Who', handle: (ctx) => ctx.outbox.reply(`I am ${ctx.me}`) } },
    })
    return createApp({ plugins: [plugin()] })
  }
  const [one, two] = await Promise.all([startBot(make()), startBot(make())])
  const [alice, bob] = [one.createPerson({ firstName: 'Alice' }), two.createPerson({ firstName: 'Bob' })]
  alice.sends('/who')
  bob.sends('/who')
  await Promise.all([alice.sees(/I am/), bob.sees(/I am/)])
  await one.stop()
  bob.sends('/who')
  await bob.sees(/I am/)
  expect(one.log).not.toContain(two.databaseUrl)
})
