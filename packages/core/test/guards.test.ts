/** Guards through a whole app, and what the compiler promises of them. */
import { expect, expectTypeOf, inject, onTestFinished, test } from 'vitest'
import {
  type App,
  createApp,
  type DatabaseSession,
  defineContract,
  defineGuard,
  definePlugin,
  message,
  onlyPrivate,
  z,
} from '../src/index.js'
import { Markup } from '../src/telegraf.js'
import { startTestBot } from '../src/testing/index.js'

class Roles {
  readonly #session: DatabaseSession
  constructor({ session }: { session: DatabaseSession }) {
    this.#session = session
  }
  async of(telegramId: number): Promise<string> {
    const [row] = await this.#session.sql<{ role: string }>`
      SELECT CASE WHEN ${telegramId}::bigint % 2 = 0 THEN 'admin' ELSE 'guest' END AS role`
    return row?.role ?? 'nobody'
  }
}

const rolesContract = defineContract({
  name: 'roles',
  updateServices: { roles: Roles },
  options: z.object({ refusal: z.string().default('This is for administrators.') }),
})

const requireRole = (role: string) =>
  defineGuard(rolesContract, {
    name: `role ${role}`,
    allows: async (ctx) => ctx.from !== undefined && (await ctx.services.roles.of(ctx.from.id)) === role,
    refuse: (ctx) => ctx.options.refusal,
  })

const roles = definePlugin(rolesContract, {})

const shopContract = defineContract({
  name: 'shop',
  requires: [roles],
  options: z.object({ price: z.number() }),
})

const start = async (app: App) => {
  const bot = await startTestBot(app, { postgresUrl: inject('postgresUrl'), quiet: true })
  onTestFinished(() => bot.stop())
  const people = {
    admin: bot.createPerson({ firstName: 'Ada', id: 1000 }),
    guest: bot.createPerson({ firstName: 'Gus', id: 1001 }),
  }
  const handled = async () => {
    await expect.poll(() => bot.bot.updates.pending().length).toBe(0)
    await app.idle()
  }
  return { bot, ...people, handled }
}

test('a guard has the services and options of the plugin that defines it, and the handler then those of its own', async () => {
  const shop = definePlugin(shopContract, {
    commands: {
      price: {
        description: 'Price',
        guards: [requireRole('admin')],
        handle: (ctx) => ctx.outbox.reply(`It costs ${ctx.options.price}.`),
      },
    },
    handlers: {
      updates: ['message'],
      install: (bot) => bot.use((ctx) => ctx.outbox.reply('Nobody took it.')),
    },
  })
  const { admin, guest } = await start(
    createApp({ plugins: [roles({ refusal: 'No.' }), shop({ price: 3 })] }),
  )
  admin.sends('/price')
  await admin.sees('It costs 3.')
  guest.sends('/price')
  await guest.sees('No.')
  guest.sends('hello')
  await guest.sees('Nobody took it.')
})

test('who may not press a button is shown why, and the button stops waiting', async () => {
  const pressed: string[] = []
  const silent = defineGuard({ name: 'nobody', allows: () => false })
  const shop = definePlugin(shopContract, {
    callbacks: {
      sell: { guards: [requireRole('admin')], handle: (ctx) => void pressed.push(ctx.from.first_name) },
      burn: { guards: [silent], handle: (ctx) => void pressed.push(ctx.from.first_name) },
    },
  })
  const { bot, admin, guest, handled } = await start(createApp({ plugins: [roles(), shop({ price: 3 })] }))
  for (const person of [admin, guest]) {
    person.sends('hi')
    await handled()
    await bot.app.telegram.sendMessage(
      person.id,
      'Choose',
      Markup.inlineKeyboard([Markup.button.callback('Sell', 'sell'), Markup.button.callback('Burn', 'burn')]),
    )
    const shown = await (await person.taps('Sell')).answered()
    const refusal = { text: 'This is for administrators.', showAlert: true }
    expect(shown).toEqual(person === admin ? { text: undefined, showAlert: false } : refusal)
    expect(await (await person.taps('Burn')).answered()).toEqual({ text: undefined, showAlert: false })
  }
  expect(pressed).toEqual(['Ada'])
})

test('all guards are asked in order, up to the first that does not admit; a refuse may answer by itself', async () => {
  const asked: string[] = []
  const guard = (name: string, admits: boolean) =>
    defineGuard({
      name,
      allows: () => {
        asked.push(name)
        return admits
      },
      refuse: async (ctx) => {
        await ctx.outbox.reply(`${name} says no`, { parse_mode: 'HTML' })
      },
    })
  const bare = definePlugin(defineContract({ name: 'bare' }), {
    commands: {
      go: {
        description: 'Go',
        guards: [guard('a', true), guard('b', false), guard('c', true)],
        handle: () => void asked.push('handled'),
      },
    },
  })
  const { guest } = await start(createApp({ plugins: [bare()] }))
  guest.sends('/go')
  await guest.sees('b says no')
  expect(asked).toEqual(['a', 'b'])
})

test('only true admits: a guard that forgets to answer keeps the door shut', async () => {
  const handled: string[] = []
  const forgetful = defineGuard({ name: 'forgetful', allows: (() => 'yes') as never, refuse: () => 'No.' })
  const bare = definePlugin(defineContract({ name: 'bare' }), {
    commands: { go: { description: 'Go', guards: [forgetful], handle: () => void handled.push('go') } },
  })
  const { guest } = await start(createApp({ plugins: [bare()] }))
  guest.sends('/go')
  await guest.sees('No.')
  expect(handled).toEqual([])
})

test('whom the guards of handlers do not admit passes them by, and the next handlers have it', async () => {
  const shop = definePlugin(shopContract, {
    handlers: {
      updates: ['message'],
      guards: [requireRole('admin')],
      install: (bot) =>
        bot.on(message('text'), (ctx) => ctx.outbox.reply(`For admins, at ${ctx.options.price}`)),
    },
  })
  const later = definePlugin(defineContract({ name: 'later', requires: [shop] }), {
    handlers: { updates: ['message'], install: (bot) => bot.use((ctx) => ctx.outbox.reply('For all')) },
  })
  const { admin, guest } = await start(createApp({ plugins: [roles(), shop({ price: 3 }), later()] }))
  admin.sends('hi')
  await admin.sees('For admins, at 3')
  guest.sends('hi')
  await guest.sees('For all')
})

test('a guard that throws fails the update, in its own name', async () => {
  const broken = defineGuard(rolesContract, {
    name: 'broken',
    allows: () => {
      throw new TypeError('no roles today')
    },
  })
  const shop = definePlugin(shopContract, {
    commands: { go: { description: 'Go', guards: [broken], handle: () => undefined } },
  })
  const { bot, guest } = await start(createApp({ plugins: [roles(), shop({ price: 3 })] }))
  guest.sends('/go')
  await expect.poll(() => bot.failures.length).toBe(1)
  expect(bot.failures[0]).toMatchObject({ plugin: 'roles', handler: 'guard broken' })
})

test('onlyPrivate admits in a private chat, and says so in a group, in the language of who asks', async () => {
  const bare = definePlugin(defineContract({ name: 'bare' }), {
    commands: {
      balance: { description: 'Balance', guards: [onlyPrivate], handle: (ctx) => ctx.outbox.reply('7') },
    },
  })
  const { bot, guest } = await start(createApp({ plugins: [bare()] }))
  const masha = bot.createPerson({ firstName: 'Masha', languageCode: 'ru' })
  const group = bot.world.createGroup({ title: 'Friends', members: [guest, masha], bots: [bot.bot] })
  guest.sends('/balance')
  await guest.sees('7')
  guest.sends('/balance', { in: group })
  await guest.sees('Please write this to me in our private chat.', { in: group })
  masha.sends('/balance', { in: group })
  await masha.sees('Напишите мне это, пожалуйста, в личном чате.', { in: group })
})

test('a plugin uses guards of core, its own and those of the plugins that it requires', () => {
  const own = defineGuard(shopContract, {
    name: 'own',
    allows: (ctx) => {
      expectTypeOf(ctx.options).toEqualTypeOf<{ price: number }>()
      expectTypeOf(ctx.services.roles).toEqualTypeOf<Roles>()
      return true
    },
  })
  definePlugin(shopContract, {
    commands: {
      go: { description: 'Go', guards: [onlyPrivate, own, requireRole('admin')], handle: () => undefined },
    },
  })
  definePlugin(defineContract({ name: 'stranger' }), {
    // @ts-expect-error the plugin does not require "roles"
    commands: { go: { description: 'Go', guards: [requireRole('admin')], handle: () => undefined } },
  })
  defineGuard({
    name: 'bare',
    // @ts-expect-error a guard of no plugin has core's services alone
    allows: (ctx) => ctx.services.roles !== undefined,
  })
  // @ts-expect-error a guard answers with a boolean
  defineGuard({ name: 'text', allows: () => 'yes' })
})
