/** The way of an update through the plugins: middleware, then commands, then callbacks, then handlers. */
import { expect, inject, onTestFinished, test } from 'vitest'
import type { AnyContract, Behaviour } from '../src/index.js'
import { type App, createApp, defineContract, definePlugin, message, z } from '../src/index.js'
import { type Context, Markup, type MiddlewareFn, Scenes, session } from '../src/telegraf.js'
import { startTestBot } from '../src/testing/index.js'

const start = async (app: App) => {
  const bot = await startTestBot(app, { postgresUrl: inject('postgresUrl'), quiet: true })
  onTestFinished(() => bot.stop())
  return { bot, alice: bot.createPerson({ firstName: 'Alice' }), handled: () => handledBy(bot) }
}

/** Resolves when everything sent so far is handled. */
async function handledBy({ bot, app }: Awaited<ReturnType<typeof startTestBot>>) {
  await expect.poll(() => bot.updates.pending().length).toBe(0)
  await app.idle()
}

function plugin<B extends Behaviour<AnyContract>>(name: string, behaviour: B, requires: any[] = []): any {
  return definePlugin(defineContract({ name, requires }), behaviour as Behaviour<any>)
}

const passing =
  (events: string[], name: string): MiddlewareFn<Context> =>
  async (_, next) => {
    events.push(name)
    await next()
    events.push(`after ${name}`)
  }

/** A plugin that notes each part it is asked in. */
function noting(name: string, events: string[], requires: any[] = []) {
  return plugin(
    name,
    {
      middleware: { install: (bot) => bot.use(passing(events, `${name} middleware`)) },
      commands: {
        [name]: { description: name, handle: () => void events.push(`${name} command`) },
      },
      callbacks: { [name]: { handle: (ctx) => void events.push(`${name} callback ${ctx.payload}`) } },
      handlers: {
        updates: ['message', 'callback_query'],
        install: (bot) => bot.use(passing(events, `${name} handlers`)),
      },
    },
    requires,
  )
}

test('asks middleware, then commands, then callbacks, then handlers, in the order of requires', async () => {
  const events: string[] = []
  const first = noting('first', events)
  const second = noting('second', events, [first])
  const { alice, handled, bot } = await start(createApp({ plugins: [second(), first()] }))
  const around = (...inner: string[]) => [
    'first middleware',
    'second middleware',
    ...inner,
    'after second middleware',
    'after first middleware',
  ]
  alice.sends('/first')
  await handled()
  expect(events.splice(0)).toEqual(around('first command'))
  alice.sends('/unknown')
  await handled()
  const handlers = ['first handlers', 'second handlers', 'after second handlers', 'after first handlers']
  expect(events.splice(0)).toEqual(around(...handlers))
  await bot.app.telegram.sendMessage(alice.id, 'Choose', {
    ...Markup.inlineKeyboard([
      Markup.button.callback('Buy', 'second:7:blue'),
      Markup.button.callback('Old', 'gone:1'),
    ]),
  })
  await alice.taps('Buy')
  await handled()
  expect(events.splice(0)).toEqual(around('second callback 7:blue'))
  await alice.taps('Old')
  await handled()
  expect(events.splice(0)).toEqual(around(...handlers))
})

test('a middleware that does not pass on ends the way', async () => {
  const events: string[] = []
  const ban = plugin('ban', {
    middleware: {
      install: (bot) => bot.use((ctx, next) => (ctx.from?.first_name === 'Eve' ? undefined : next())),
    },
  })
  const shop = noting('shop', events, [ban])
  const { bot, alice, handled } = await start(createApp({ plugins: [ban(), shop()] }))
  bot.createPerson({ firstName: 'Eve' }).sends('/shop')
  await handled()
  expect(events).toEqual([])
  alice.sends('/shop')
  await handled()
  expect(events).toContain('shop command')
})

test('a handler that does not pass on is the last', async () => {
  const events: string[] = []
  const taking = plugin('taking', {
    handlers: {
      updates: ['message'],
      install: (bot) => bot.on(message('text'), () => void events.push('taken')),
    },
  })
  const later = noting('later', events, [taking])
  const { alice, handled } = await start(createApp({ plugins: [taking(), later()] }))
  alice.sends('hello')
  await handled()
  expect(events).toEqual(['later middleware', 'taken', 'after later middleware'])
})

test('telegraf’s session, kept by a middleware, is read and written inside a command', async () => {
  interface Counting extends Context {
    session: { count: number }
  }
  const counting = plugin('counting', {
    middleware: {
      install: (bot) => bot.use(session({ defaultSession: () => ({ count: 0 }) }) as MiddlewareFn<Context>),
    },
    commands: {
      count: {
        description: 'Count',
        handle: async (ctx) => {
          const counter = (ctx as unknown as Counting).session
          counter.count++
          await ctx.outbox.reply(`count ${counter.count}`)
        },
      },
    },
  })
  const { alice, bot } = await start(createApp({ plugins: [counting()] }))
  alice.sends('/count')
  await alice.sees('count 1')
  alice.sends('/count')
  await alice.sees('count 2')
  const bob = bot.createPerson({ firstName: 'Bob' })
  bob.sends('/count')
  await bob.sees('count 1')
})

test('an active scene of telegraf takes the update before any command', async () => {
  const ask = new Scenes.BaseScene<Scenes.SceneContext>('ask')
  ask.enter((ctx) => ctx.reply('Your name?'))
  ask.on(message('text'), async (ctx) => {
    await ctx.reply(`So you are ${ctx.message.text}`)
    await ctx.scene.leave()
  })
  const stage = new Scenes.Stage<Scenes.SceneContext>([ask])
  const asking = plugin('asking', {
    middleware: {
      install: (bot) =>
        bot.use(session() as MiddlewareFn<Context>, stage.middleware() as unknown as MiddlewareFn<Context>),
    },
    commands: {
      ask: {
        description: 'Ask',
        handle: (ctx) => (ctx as unknown as Scenes.SceneContext).scene.enter('ask'),
      },
      help: { description: 'Help', handle: (ctx) => ctx.reply('Ask with /ask') },
    },
  })
  const { alice } = await start(createApp({ plugins: [asking()] }))
  alice.sends('/ask')
  await alice.sees('Your name?')
  alice.sends('/help')
  await alice.sees('So you are /help')
  alice.sends('/help')
  await alice.sees('Ask with /ask')
})

test('a context speaks for the plugin that has it, also right after next() and after a failure inside', async () => {
  const seen: string[] = []
  const inner = definePlugin(defineContract({ name: 'inner', options: z.object({ word: z.string() }) }), {
    commands: {
      fail: {
        description: 'Fail',
        handle: (ctx) => {
          seen.push(ctx.options.word)
          throw new TypeError('broken')
        },
      },
    },
  })
  const outer = definePlugin(
    defineContract({ name: 'outer', requires: [inner], options: z.object({ word: z.string() }) }),
    {
      middleware: {
        install: (bot) =>
          bot.use(async (ctx, next) => {
            seen.push(ctx.options.word)
            await next().catch(() => undefined)
            seen.push(ctx.options.word)
            await ctx.outbox.reply('caught')
          }),
      },
    },
  )
  const { alice } = await start(createApp({ plugins: [inner({ word: 'in' }), outer({ word: 'out' })] }))
  alice.sends('/fail')
  await alice.sees('caught')
  expect(seen).toEqual(['out', 'in', 'out'])
})

test('a failure that middleware passes on is that of the plugin that threw it', async () => {
  const tracking = plugin('tracking', { middleware: { install: (bot) => bot.use((_, next) => next()) } })
  const failing = plugin(
    'failing',
    {
      commands: {
        fail: {
          description: 'Fail',
          handle: () => {
            throw new TypeError('broken')
          },
        },
      },
    },
    [tracking],
  )
  const { bot, alice, handled } = await start(createApp({ plugins: [tracking(), failing()] }))
  alice.sends('/fail')
  await handled()
  const [line] = bot.log.split('\n').filter((text) => text.includes('An update failed'))
  expect(JSON.parse(line as string)).toMatchObject({
    plugin: 'failing',
    handler: '/fail',
    err: { message: 'broken' },
  })
})

test('a command is answered where it is declared: messages alone, unless it names more', async () => {
  const events: string[] = []
  const editing = plugin('editing', {
    commands: {
      plain: { description: 'Plain', handle: () => void events.push('plain') },
      edited: {
        description: 'Edited',
        updates: ['message', 'edited_message'],
        handle: (ctx) => void events.push(`edited ${ctx.payload}`),
      },
    },
    handlers: {
      updates: ['message', 'edited_message'],
      install: (bot) => bot.use((ctx) => void events.push(`handler ${ctx.updateType}`)),
    },
  })
  const { alice, handled } = await start(createApp({ plugins: [editing()] }))
  const plain = alice.sends('/plain')
  alice.edits(plain, '/plain again')
  const edited = alice.sends('/edited a')
  alice.edits(edited, '/edited b')
  await handled()
  expect(events).toEqual(['plain', 'handler edited_message', 'edited a', 'edited b'])
})

test('a command that another bot is asked for is not ours, whatever its case; ours has its payload', async () => {
  const events: string[] = []
  const starting = plugin('starting', {
    commands: {
      start: {
        description: 'Start',
        handle: (ctx) => void events.push([ctx.command, ctx.payload, ...ctx.args].join('|')),
      },
    },
    handlers: { updates: ['message'], install: (bot) => bot.use(() => void events.push('handler')) },
  })
  const { alice, bot, handled } = await start(createApp({ plugins: [starting()] }))
  alice.sends('/start@otherbot')
  alice.sends(`/START@${bot.bot.username.toUpperCase()}  ref "two words" `)
  alice.sends('say /start')
  await handled()
  expect(events).toEqual(['handler', 'start|ref "two words"|ref|two words', 'handler'])
})

test('a button’s data is its prefix, or prefix:payload; a longer word is another button', async () => {
  const events: string[] = []
  const buying = plugin('buying', {
    callbacks: {
      buy: {
        handle: async (ctx) => {
          events.push(`buy "${ctx.payload}"`)
          await ctx.answerCbQuery('bought')
        },
      },
    },
    handlers: {
      updates: [],
      install: (bot) =>
        bot.on('callback_query', async (ctx) => {
          events.push('handler')
          await ctx.answerCbQuery('stale')
        }),
    },
  })
  const { alice, bot, handled } = await start(createApp({ plugins: [buying()] }))
  alice.sends('hi')
  await handled()
  const data = { Bare: 'buy', Empty: 'buy:', Rich: 'buy:a:b', Other: 'buyer:1' }
  await bot.app.telegram.sendMessage(alice.id, 'Choose', {
    ...Markup.inlineKeyboard(
      Object.entries(data).map(([text, value]) => Markup.button.callback(text, value)),
    ),
  })
  for (const text of Object.keys(data)) await (await alice.taps(text)).answered()
  expect(events).toEqual(['buy ""', 'buy ""', 'buy "a:b"', 'handler'])
})

test('Telegram is asked for the kinds of update that some plugin listens to, and for no other', async () => {
  const one = plugin('one', {
    middleware: { updates: ['my_chat_member'], install: () => undefined },
    commands: { a: { description: 'A', updates: ['channel_post'], handle() {} } },
  })
  const two = plugin('two', {
    callbacks: { b: { handle() {} } },
    handlers: { updates: ['message', 'poll'], install: () => undefined },
  })
  const { bot } = await start(createApp({ plugins: [one(), two()] }))
  await expect
    .poll(() => bot.bot.updates.allowedUpdates && [...bot.bot.updates.allowedUpdates].sort())
    .toEqual(['callback_query', 'channel_post', 'message', 'my_chat_member', 'poll'])
})
