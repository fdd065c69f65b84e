/** Menus of commands in Telegram, and /help, through a whole app. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { expect, inject, onTestFinished, test } from 'vitest'
import {
  type App,
  type Behaviour,
  type CommandScope,
  createApp,
  defineContract,
  defineGuard,
  definePlugin,
  defineTexts,
  onlyPrivate,
  type TraceEvents,
} from '../src/index.js'
import { startTestBot, type TestBot } from '../src/testing/index.js'

const shopContract = defineContract({ name: 'shop' })
type Commands = NonNullable<Behaviour<typeof shopContract>['commands']>

const shopOf = (commands: Commands, rest: object = {}) =>
  createApp({ plugins: [definePlugin(shopContract, { commands })()], ...rest })

const command = (description: Commands[string]['description'], rest: Partial<Commands[string]> = {}) => ({
  description,
  handle: () => undefined,
  ...rest,
})

async function start(app: App, options: Parameters<typeof startTestBot>[1] = {}) {
  const bot = await startTestBot(app, { postgresUrl: inject('postgresUrl'), quiet: true, ...options })
  onTestFinished(() => bot.stop())
  return bot
}

async function menuOf({ app }: TestBot, scope: CommandScope, language?: string) {
  const commands = await app.telegram.getMyCommands({
    scope: { type: scope },
    ...(language !== undefined && { language_code: language }),
  })
  return commands.map(({ command, description }) => `${command}: ${description}`)
}

const settled = async (bot: TestBot) =>
  expect.poll(() => bot.log).toContain('The command menus are up to date')

/** The calls of the bot that change a menu, by method. */
function countChanges(): Record<string, number> {
  const calls: Record<string, number> = {}
  const count = (event: unknown) => {
    const { method } = event as TraceEvents['hello:api.call']
    if (/^(set|delete)MyCommands$/.test(method)) calls[method] = (calls[method] ?? 0) + 1
  }
  subscribe('hello:api.call', count)
  onTestFinished(() => void unsubscribe('hello:api.call', count))
  return calls
}

test('menus are set by scope and language, and not again where nothing has changed', async () => {
  const changes = countChanges()
  const bot = await start(
    shopOf({
      start: command({ en: 'Start', ru: 'Начать' }),
      ban: command('Ban', { scopes: ['all_chat_administrators'] }),
    }),
  )
  await settled(bot)
  expect(await menuOf(bot, 'default')).toEqual(['start: Start', 'help: What I can do'])
  expect(await menuOf(bot, 'default', 'ru')).toEqual(['start: Начать', 'help: Что я умею'])
  expect(await menuOf(bot, 'all_chat_administrators', 'ru')).toEqual([
    'start: Начать',
    'ban: Ban',
    'help: Что я умею',
  ])
  expect(await menuOf(bot, 'all_private_chats')).toEqual([])
  expect(changes).toEqual({ setMyCommands: 4 })
  await restart(bot, bot.app)
  expect(changes).toEqual({ setMyCommands: 4 })
})

test('what somebody else has changed is set anew, and lists that are ours no longer are deleted, and no others', async () => {
  const changes = countChanges()
  const first = shopOf({
    start: command({ en: 'Start', ru: 'Начать' }),
    balance: command('Balance', { scopes: ['all_private_chats'] }),
  })
  const bot = await start(first)
  await settled(bot)
  const foreign = [{ command: 'theirs', description: 'Theirs' }]
  await first.telegram.setMyCommands(foreign, { language_code: 'fr' })
  await first.telegram.setMyCommands(foreign)
  changes.setMyCommands = 0
  const second = shopOf({ start: command('Start') }, { help: false })
  await first.stop()
  await restart(bot, second)
  onTestFinished(() => second.stop())
  const now = { ...bot, app: second }
  expect(await menuOf(now, 'default')).toEqual(['start: Start'])
  expect(await menuOf(now, 'default', 'ru')).toEqual([])
  expect(await menuOf(now, 'all_private_chats')).toEqual([])
  expect(await menuOf(now, 'all_private_chats', 'ru')).toEqual([])
  expect(await menuOf(now, 'default', 'fr')).toEqual(['theirs: Theirs'])
  expect(changes).toEqual({ setMyCommands: 1, deleteMyCommands: 3 })
})

test('an app may keep its menus by itself, and one without commands leaves all as it is', async () => {
  const changes = countChanges()
  const off = await start(shopOf({ start: command('Start') }, { menus: false }))
  const none = await start(shopOf({}))
  await settled(none)
  await off.app.idle()
  expect(await menuOf(off, 'default')).toEqual([])
  expect(changes).toEqual({})
})

test('a Telegram that cannot answer stops neither start nor updates, and is asked again; one that refuses is not', async () => {
  const app = shopOf({ start: command('Start', { handle: (ctx) => ctx.outbox.reply('Hello') }) })
  const bot = await start(app)
  await settled(bot)
  await app.stop()
  bot.server.faults.next('getMyCommands', { kind: 'error', errorCode: 502, description: 'Bad Gateway' })
  bot.server.faults.next('getMyCommands', { kind: 'cut', when: 'before' })
  const lines = await restart(bot, app)
  expect(lines()).toMatch(/could not be brought up to date.*[\s\S]*are up to date/)
  await app.stop()
  bot.server.faults.next('getMyCommands', { kind: 'error', errorCode: 400, description: 'Bad Request: no' })
  const refused = await restart(bot, app, 'Telegram refuses the command menus')
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/start')
  await alice.sees('Hello')
  expect(refused()).not.toContain('are up to date')
})

test('a stop ends a menu that waits for its next try', async () => {
  const app = shopOf({ start: command('Start') })
  const bot = await start(app)
  await settled(bot)
  await app.stop()
  bot.server.faults.next('getMyCommands', {
    kind: 'error',
    errorCode: 429,
    description: 'Too Many Requests: retry after 600',
    parameters: { retry_after: 600 },
  })
  const lines = await restart(bot, app, '"waitMs":600000')
  await app.stop()
  expect(lines()).toContain('The bot has stopped')
})

test('/help lists what the person may use in this chat, in the person’s language', async () => {
  const asked: string[] = []
  const adminsOnly = defineGuard({
    name: 'admins only',
    allows: (ctx) => {
      asked.push(ctx.from?.first_name ?? '?')
      return ctx.from?.first_name === 'Ada'
    },
  })
  const bot = await start(
    shopOf({
      start: command({ en: 'Start', ru: 'Начать' }),
      ban: command('Ban', { guards: [adminsOnly] }),
      unban: command('Unban', { guards: [adminsOnly] }),
      balance: command('Balance', { guards: [onlyPrivate] }),
      vote: command('Vote', { scopes: ['all_group_chats'] }),
      rules: command('Set the rules', { scopes: ['all_chat_administrators'] }),
      debug: command('Debug', { hidden: true }),
    }),
  )
  const ada = bot.createPerson({ firstName: 'Ada' })
  const masha = bot.createPerson({ firstName: 'Маша', languageCode: 'ru' })
  ada.sends('/help')
  await ada.sees(
    'What I can do:\n\n/start – Start\n/ban – Ban\n/unban – Unban\n/balance – Balance\n/help – What I can do',
  )
  expect(asked).toEqual(['Ada'])
  masha.sends('/help')
  await masha.sees('Что я умею:\n\n/start – Начать\n/balance – Balance\n/help – Что я умею')
  const group = bot.world.createGroup({
    title: 'Friends',
    members: [masha],
    administrators: [ada],
    bots: [bot.bot],
  })
  masha.sends('/help', { in: group })
  await masha.sees('Что я умею:\n\n/start – Начать\n/vote – Vote\n/help – Что я умею', { in: group })
  ada.sends('/help', { in: group })
  await ada.sees(/\/vote – Vote\n\/rules – Set the rules\n\/help/, { in: group })
})

test('/help that is longer than a message comes in several, and no line is divided', async () => {
  const names = Array.from({ length: 40 }, (_, index) => `c${index}`)
  const app = shopOf(Object.fromEntries(names.map((name) => [name, command(`${name} ${'x'.repeat(240)}`)])))
  const bot = await start(app)
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/help')
  await alice.sees(/\/help – What I can do$/)
  await app.idle()
  const sent = alice.transcript().filter(({ isBot }) => isBot)
  expect(sent.length).toBe(3)
  expect(sent.every(({ text }) => text.length <= 4096)).toBe(true)
  const lines = sent.flatMap(({ text }) => text.split('\n')).filter((line) => line.startsWith('/'))
  expect(lines.map((line) => line.slice(1).split(' ')[0])).toEqual([...names, 'help'])
})

test('a plugin’s own /help wins, and an app may go without one', async () => {
  const own = await start(shopOf({ help: command('Mine', { handle: (ctx) => ctx.outbox.reply('Mine') }) }))
  const alice = own.createPerson({ firstName: 'Alice' })
  alice.sends('/help')
  await alice.sees('Mine')
  const handlers = {
    updates: ['message'],
    install: (bot: any) => bot.use((ctx: any) => ctx.outbox.reply('?')),
  }
  const plugin = definePlugin(shopContract, { commands: { start: command('Start') }, handlers })
  const without = await start(createApp({ plugins: [plugin()], help: false }))
  const bob = without.createPerson({ firstName: 'Bob' })
  bob.sends('/help')
  await bob.sees('?')
})

test('an app says the words of /help otherwise, and a plugin describes its commands by its texts', async () => {
  const texts = defineTexts({ en: { go: 'Go' }, ru: { go: 'Вперёд' } })
  const contract = defineContract({ name: 'going', texts })
  const going = definePlugin(contract, {
    commands: { go: { description: (t) => t('go'), handle: () => undefined } },
  })
  const core = { en: { 'help.heading': 'Yes?' } }
  const bot = await start(createApp({ plugins: [going()], texts: { core, going: { ru: { go: 'Пошли' } } } }))
  await settled(bot)
  expect(await menuOf(bot, 'default', 'ru')).toEqual(['go: Пошли', 'help: Что я умею'])
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/help')
  await alice.sees('Yes?\n\n/go – Go\n/help – What I can do')
})

/** Starts an app on the data and the Telegram of a bot, and waits for a line of its log. */
async function restart(bot: TestBot, app: App, line = 'The command menus are up to date') {
  await app.stop()
  await bot.app.stop()
  const lines: string[] = []
  await app.start({ env: bot.env, logDestination: { write: (text) => void lines.push(text) } })
  await expect.poll(() => lines.join(''), { timeout: 10_000 }).toContain(line)
  return () => lines.join('')
}
