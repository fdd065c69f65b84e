/** Middleware made for telegraf runs in a plugin's `middleware` as it is: sessions, scenes, menus. */
import { MenuMiddleware, MenuTemplate } from 'telegraf-inline-menu'
import LocalSession from 'telegraf-session-local'
import { expect, inject, onTestFinished, test } from 'vitest'
import {
  type App,
  type CommandContext,
  createApp,
  defineContract,
  definePlugin,
  message,
  type UpdateContext,
  type UpdateServicesOf,
} from '../src/index.js'
import { type Context, type MiddlewareFn, Scenes, session } from '../src/telegraf.js'
import { startTestBot } from '../src/testing/index.js'

async function start(app: App) {
  const bot = await startTestBot(app, { postgresUrl: inject('postgresUrl'), quiet: true })
  onTestFinished(() => bot.stop())
  const alice = bot.createPerson({ firstName: 'Alice' })
  const says = async (text: string, expected: string) => {
    alice.sends(text)
    await alice.sees(expected)
  }
  return { bot, alice, says }
}

interface WithCount {
  session?: { count: number }
}

test('telegraf-session-local: a command reads and writes what it keeps, for each person', async () => {
  const contract = defineContract({ name: 'local' })
  const local = new LocalSession<{ count: number }>({ storage: LocalSession.storageMemory })
  const plugin = definePlugin(contract, {
    middleware: { install: (bot) => bot.use(local.middleware()) },
    commands: {
      count: {
        description: 'Count',
        handle: async (ctx: CommandContext<typeof contract> & WithCount) => {
          ctx.session = { count: (ctx.session?.count ?? 0) + 1 }
          await ctx.outbox.reply(`count ${ctx.session.count}`)
        },
      },
    },
  })
  const { bot, alice, says } = await start(createApp({ plugins: [plugin()] }))
  await says('/count', 'count 1')
  await says('/count', 'count 2')
  const bob = bot.createPerson({ firstName: 'Bob' })
  bob.sends('/count')
  await bob.sees('count 1')
  await bot.app.idle()
  expect(local.getSession(`${alice.id}:${alice.id}`)).toEqual({ count: 2 })
})

test('telegraf’s session keeps what a handler that throws has written; a state of Hello does not', async () => {
  const contract = defineContract({ name: 'plain' })
  type Ctx = CommandContext<typeof contract> & WithCount
  const plugin = definePlugin(contract, {
    middleware: { install: (bot) => bot.use(session({ defaultSession: () => ({ count: 0 }) })) },
    commands: {
      fail: {
        description: 'Count and fail',
        handle: (ctx: Ctx) => {
          if (ctx.session) ctx.session.count++
          throw new TypeError('broken')
        },
      },
      count: { description: 'Tell', handle: (ctx: Ctx) => ctx.outbox.reply(`count ${ctx.session?.count}`) },
    },
  })
  const { alice, says, bot } = await start(createApp({ plugins: [plugin()] }))
  alice.sends('/fail')
  await says('/count', 'count 1')
  expect(bot.failures).toMatchObject([{ handler: '/fail' }])
})

test('telegraf’s ctx.state and ctx.match pass from one middleware to the next and into commands', async () => {
  const contract = defineContract({ name: 'passing' })
  const plugin = definePlugin(contract, {
    middleware: {
      install: (bot) => {
        bot.use((ctx, next) => {
          ctx.state.word = 'kept'
          return next()
        })
        bot.hears(/^\/(\w+)$/, (_ctx, next) => next())
      },
    },
    commands: {
      word: {
        description: 'Word',
        handle: (ctx: CommandContext<typeof contract> & { match?: RegExpExecArray }) =>
          ctx.outbox.reply(`${ctx.state.word} ${ctx.match?.[1]}`),
      },
    },
  })
  const { says } = await start(createApp({ plugins: [plugin()] }))
  await says('/word', 'kept word')
})

const sceneContract = defineContract({ name: 'scenes' })

/** As telegraf's own documentation writes a context with scenes, with what Hello adds. */
interface SceneCtx extends UpdateContext<UpdateServicesOf<typeof sceneContract>> {
  session: Scenes.WizardSession
  scene: Scenes.SceneContextScene<SceneCtx, Scenes.WizardSessionData>
  wizard: Scenes.WizardContextWizard<SceneCtx>
}

test('telegraf’s Stage: a base scene and a wizard, entered by commands of Hello, until they are left', async () => {
  const mood = new Scenes.BaseScene<SceneCtx>('mood')
  mood.enter((ctx) => ctx.reply('How are you?'))
  mood.command('leave', (ctx) => ctx.scene.leave())
  mood.on(message('text'), (ctx) => ctx.reply(`You are ${ctx.message.text}`))
  mood.leave((ctx) => ctx.outbox.reply('Bye'))
  const wizard = new Scenes.WizardScene<SceneCtx>(
    'wizard',
    async (ctx) => {
      await ctx.reply('First?')
      ctx.wizard.next()
    },
    async (ctx) => {
      ctx.scene.state = { first: ctx.text }
      await ctx.reply('Second?')
      ctx.wizard.next()
    },
    async (ctx) => {
      const { first } = ctx.scene.state as { first: string }
      await ctx.outbox.reply(`${first} and ${ctx.text}`)
      await ctx.scene.leave()
    },
  )
  const stage = new Scenes.Stage<SceneCtx>([mood, wizard])
  const plugin = definePlugin(sceneContract, {
    middleware: {
      install: (bot) => {
        bot.use(session())
        bot.use(stage.middleware() as MiddlewareFn<Context>)
      },
    },
    commands: {
      mood: {
        description: 'Talk',
        handle: (ctx: CommandContext<typeof sceneContract> & Pick<SceneCtx, 'scene'>) =>
          ctx.scene.enter('mood'),
      },
      wizard: {
        description: 'Ask twice',
        handle: (ctx: CommandContext<typeof sceneContract> & Pick<SceneCtx, 'scene'>) =>
          ctx.scene.enter('wizard'),
      },
    },
    handlers: {
      updates: ['message'],
      install: (bot) => bot.on(message('text'), (ctx) => ctx.outbox.reply(`Heard ${ctx.message.text}`)),
    },
  })
  const { says } = await start(createApp({ plugins: [plugin()] }))
  await says('/mood', 'How are you?')
  await says('fine', 'You are fine')
  await says('/wizard', 'You are /wizard')
  await says('/leave', 'Bye')
  await says('/wizard', 'First?')
  await says('salt', 'Second?')
  await says('pepper', 'salt and pepper')
  await says('done', 'Heard done')
})

test('telegraf-inline-menu: its menu is sent by a command, changes with a press, and keeps in a session', async () => {
  const contract = defineContract({ name: 'menu' })
  type MenuContext = Context & { session?: { sound: boolean } }
  const template = new MenuTemplate<MenuContext>((ctx) => `Sound is ${ctx.session?.sound ? 'on' : 'off'}`)
  template.toggle('Sound', 'sound', {
    isSet: (ctx) => ctx.session?.sound ?? false,
    set: (ctx, sound) => {
      ctx.session = { sound }
      return true
    },
  })
  template.submenu('More', 'more', moreMenu())
  const menu = new MenuMiddleware<MenuContext>('/', template)
  const plugin = definePlugin(contract, {
    middleware: {
      updates: ['callback_query'],
      install: (bot) => {
        bot.use(session())
        bot.use(menu.middleware())
      },
    },
    commands: {
      menu: { description: 'Settings', handle: (ctx) => menu.replyToContext(ctx as unknown as Context) },
    },
  })
  const { alice, says, bot } = await start(createApp({ plugins: [plugin()] }))
  await says('/menu', 'Sound is off')
  await (await alice.taps('🚫 Sound')).answered()
  await alice.sees('Sound is on')
  await (await alice.taps('More')).answered()
  await alice.sees('More settings')
  expect(bot.failures).toEqual([])
})

function moreMenu(): MenuTemplate<Context> {
  const more = new MenuTemplate<Context>('More settings')
  more.interact('Nothing', 'nothing', { do: () => false })
  return more
}
