/** What the compiler promises to authors, and what it refuses. `tsc --noEmit` of the root reads this file; run, it only proves that it loads. */
import { expectTypeOf, test } from 'vitest'
import type { AppDefinition } from '../src/app/app.js'
import {
  asFunction,
  asValue,
  type CallbackContext,
  type CommandContext,
  type CommandEntry,
  type ConversationContext,
  createApp,
  type DatabaseSession,
  defineContract,
  definePlugin,
  type HandlerContext,
  type Logger,
  message,
  type Outbox,
  type RouteReply,
  type RouteRequest,
  type UnitRunner,
  type UpdateServices,
  z,
} from '../src/index.js'
import type { Reachable } from '../src/plugin/services.js'
import type { Telegram, TelegramTypes } from '../src/telegraf.js'

class Directory {
  readonly size = 1
}
class Users {
  constructor(
    readonly needs: Pick<UpdateServices, 'session'> & {
      directory: Directory
      options: { adminTelegramIds: number[] }
    },
  ) {}
  async remember(from: { id: number }) {
    return { displayName: String(from.id) }
  }
}
class Analytics {
  constructor(readonly needs: { users: Users }) {}
  async track(_type: string) {}
}

const usersContract = defineContract({
  name: 'users',
  options: z.object({ adminTelegramIds: z.array(z.number()).default([]) }),
  appServices: { directory: Directory },
  updateServices: { users: Users },
})
const users = definePlugin(usersContract, {
  async start(services, options) {
    expectTypeOf(services.directory).toEqualTypeOf<Directory>()
    expectTypeOf(services.database).toEqualTypeOf<UnitRunner>()
    expectTypeOf(services.telegram).toEqualTypeOf<Telegram>()
    expectTypeOf(services.logger).toEqualTypeOf<Logger>()
    expectTypeOf(services.commands).toEqualTypeOf<readonly CommandEntry[]>()
    expectTypeOf(options).toEqualTypeOf<{ adminTelegramIds: number[] }>()
    // @ts-expect-error captive dependency: no update-scoped service where there is no update
    services.users
    // @ts-expect-error neither is the update's unit of work
    services.session
  },
  stop(services) {
    // @ts-expect-error no update-scoped service at the end either
    services.users
  },
})

const analyticsContract = defineContract({
  name: 'analytics',
  requires: [users],
  options: z.object({ flushEveryMs: z.number() }),
  updateServices: { analytics: Analytics },
})
// Handlers of the plugin itself, outside of it: no circle.
async function stats(ctx: CommandContext<typeof analyticsContract>) {
  expectTypeOf(ctx.from).toEqualTypeOf<TelegramTypes.User>()
  expectTypeOf(ctx.payload).toEqualTypeOf<string>()
  expectTypeOf(ctx.args).toEqualTypeOf<readonly string[]>()
  expectTypeOf(ctx.command).toEqualTypeOf<string>()
  expectTypeOf(ctx.options).toEqualTypeOf<{ flushEveryMs: number }>()
  expectTypeOf(ctx.outbox).toEqualTypeOf<Outbox>()
  const user = await ctx.services.users.remember(ctx.from)
  await ctx.services.analytics.track('stats')
  // @ts-expect-error unknown service
  ctx.services.nope
  await ctx.outbox.reply(user.displayName)
}
async function press(ctx: CallbackContext<typeof analyticsContract>) {
  expectTypeOf(ctx.callbackQuery.data).toEqualTypeOf<string>()
  expectTypeOf(ctx.payload).toEqualTypeOf<string>()
  await ctx.answerCbQuery((await ctx.services.users.remember(ctx.from)).displayName)
}
async function hint(ctx: HandlerContext<typeof analyticsContract>) {
  expectTypeOf(ctx.services.session).toEqualTypeOf<DatabaseSession>()
  await ctx.services.analytics.track('hint')
  // @ts-expect-error only a command has arguments
  ctx.args
}
const analytics = definePlugin(analyticsContract, {
  commands: { stats: { description: 'Figures', handle: stats } },
  callbacks: { more: { handle: press } },
  handlers: {
    updates: ['message'],
    install: (bot, options) => {
      expectTypeOf(options.flushEveryMs).toEqualTypeOf<number>()
      bot.on(message('text'), hint)
      bot.on('message', (ctx) => ctx.services.users.remember(ctx.from))
      bot.on(message('text'), async (ctx) => {
        expectTypeOf(ctx.message.text).toEqualTypeOf<string>()
        await ctx.services.analytics.track(ctx.message.text)
      })
    },
  },
  middleware: { install: (bot) => bot.use((ctx, next) => ctx.services.analytics.track('seen').then(next)) },
})

const bare = definePlugin(defineContract({ name: 'bare' }), {
  commands: {
    look: {
      description: 'Look',
      handle: (ctx) => {
        // @ts-expect-error a service of a plugin that is not in requires
        ctx.services.users
        expectTypeOf(ctx.options).toEqualTypeOf<undefined>()
      },
    },
  },
})

test('a class may ask for what its scope can reach, and for nothing else', () => {
  class Reporter {
    constructor(readonly needs: { logger: Logger; directory: Directory; options: { every: number } }) {}
  }
  defineContract({
    name: 'reports',
    requires: [users],
    options: z.object({ every: z.number() }),
    appServices: { reporter: Reporter, clock: asFunction(() => Date.now), limit: asValue(3) },
  })
  defineContract({
    name: 'captive',
    requires: [users],
    // @ts-expect-error an app-scoped class cannot ask for the update-scoped `users`
    appServices: { wrong: Analytics },
  })
  defineContract({
    name: 'stranger',
    // @ts-expect-error `users` is of a plugin that is not required
    updateServices: { wrong: Analytics },
  })
  defineContract({
    name: 'optionless',
    requires: [users],
    // @ts-expect-error it asks for an option that the contract has not
    appServices: { wrong: Reporter },
  })
  class Holder {
    constructor(readonly needs: Pick<UpdateServices, 'session'>) {}
  }
  // @ts-expect-error an app-scoped class cannot hold the unit of work of an update
  defineContract({ name: 'holder', appServices: { wrong: Holder } })
})

test('a refusal of a class says for each service what to do', () => {
  class Asking {
    constructor(
      readonly needs: {
        users: Users
        logger: Logger
        session: DatabaseSession
        limit: number
        extra?: string
      },
    ) {}
  }
  type Refusal = Reachable<{ asking: typeof Asking }, { logger: Logger; limit: string }>['asking']
  expectTypeOf<Refusal>().toEqualTypeOf<{
    cannotReach:
      | 'add the plugin that gives "users" to requires, or ask for it in an update service if it is one'
      | 'ask for "session" in an update service: it is there only while an update is handled'
      | '"limit" is of another type than the class asks for'
  }>()
})

test('resolvers give the type that they resolve to', () => {
  const contract = defineContract({
    name: 'resolved',
    appServices: { limit: asValue(3 as number), now: asFunction(() => () => new Date()) },
  })
  definePlugin(contract, {
    start(services) {
      expectTypeOf(services.limit).toEqualTypeOf<number>()
      expectTypeOf(services.now()).toEqualTypeOf<Date>()
    },
  })
})

test('a plugin is called with its options', () => {
  expectTypeOf(users).parameters.toEqualTypeOf<[options?: { adminTelegramIds?: number[] | undefined }]>()
  expectTypeOf(analytics).parameters.toEqualTypeOf<[options: { flushEveryMs: number }]>()
  expectTypeOf(bare).parameters.toEqualTypeOf<[]>()
  // @ts-expect-error a required option is missing
  analytics()
  // @ts-expect-error an unknown option
  users({ nope: 1 })
  // @ts-expect-error an option of a wrong type
  analytics({ flushEveryMs: '3' })
  // @ts-expect-error this plugin has no options
  bare({})
})

test('an app has every plugin that is required, and a refusal names the missing one', () => {
  createApp({ plugins: [analytics({ flushEveryMs: 1 }), users()] })
  const refuse = () => {
    // @ts-expect-error Property 'missing' is missing … required in type '{ missing: "add the plugin \"users\"" }'
    createApp({ plugins: [analytics({ flushEveryMs: 1 })] })
  }
  expectTypeOf(refuse).returns.toEqualTypeOf<void>()
  type Alone = AppDefinition<readonly [ReturnType<typeof analytics>]>['plugins']
  expectTypeOf<Alone>().toEqualTypeOf<{ missing: 'add the plugin "users"' }>()
})

test('app.unit has the services of the plugins of the app', () => {
  const app = createApp({
    plugins: [users({ adminTelegramIds: [42] }), analytics({ flushEveryMs: 3 }), bare()],
  })
  const never = () =>
    app.unit(async (services) => {
      expectTypeOf(services.users).toEqualTypeOf<Users>()
      expectTypeOf(services.analytics).toEqualTypeOf<Analytics>()
      expectTypeOf(services.directory).toEqualTypeOf<Directory>()
      expectTypeOf(services.session).toEqualTypeOf<DatabaseSession>()
      // @ts-expect-error no plugin of the app gives it
      services.nope
      return 7
    })
  expectTypeOf(never).returns.resolves.toEqualTypeOf<number>()
})

test('parts of a behaviour and of a contract are known by name', () => {
  definePlugin(usersContract, {
    // @ts-expect-error an unknown part
    onStart() {},
  })
  definePlugin(usersContract, {
    commands: {
      // @ts-expect-error a command without a description
      start: { handle() {} },
      // @ts-expect-error a kind of update that carries no command
      poll: { description: 'Poll', updates: ['poll'], handle() {} },
    },
  })
  // @ts-expect-error an unknown part of a contract
  defineContract({ name: 'odd', services: {} })
  // @ts-expect-error a contract has a name
  defineContract({})
})

test('a function serves commands, buttons and conversations alike', () => {
  type Greet = (ctx: CommandContext<typeof contract>) => void
  const contract = defineContract({ name: 'shared' })
  const reply = (ctx: HandlerContext<typeof contract>) => ctx.msg?.message_id
  const take = (ctx: ConversationContext<typeof contract>) => ctx.from.id
  const plugin = definePlugin(contract, {
    commands: {
      greet: {
        description: 'Greet',
        handle: (ctx) => {
          expectTypeOf(ctx.msg).toEqualTypeOf<TelegramTypes.Message>()
          return [reply(ctx), take(ctx)]
        },
      },
    },
    callbacks: { greet: { handle: (ctx) => [reply(ctx), take(ctx)] } },
  })
  expectTypeOf(take).toExtend<Greet>()
  expectTypeOf(plugin).toBeFunction()
})

test('a route is typed by its path, its schemas and its plugin', () => {
  const newPost = z.object({ text: z.string(), at: z.coerce.date() })
  const addPost = async ({
    body,
    services,
    from,
  }: RouteRequest<typeof usersContract, { body: typeof newPost; auth: 'mini-app' }>) => {
    expectTypeOf(body).toEqualTypeOf<{ text: string; at: Date }>()
    return { name: (await services.users.remember(from)).displayName }
  }
  definePlugin(usersContract, {
    routes: (route, options) => [
      route.get('/api/:kind/users/:id', {
        handle: ({ params, query, body, services, options: same, reply }) => {
          expectTypeOf(params).toEqualTypeOf<{ readonly kind: string; readonly id: string }>()
          expectTypeOf(query.page).toEqualTypeOf<string | readonly string[] | undefined>()
          expectTypeOf(body).toEqualTypeOf<unknown>()
          expectTypeOf(services.users).toEqualTypeOf<Users>()
          expectTypeOf(services.session).toEqualTypeOf<DatabaseSession>()
          expectTypeOf(same).toEqualTypeOf<typeof options>()
          expectTypeOf(reply.status).toEqualTypeOf<(code: number) => RouteReply>()
          // @ts-expect-error no such name in the path
          params.name
        },
      }),
      route.get('/api/users/:id', {
        params: z.object({ id: z.coerce.number() }),
        query: z.object({ page: z.coerce.number().default(1) }),
        response: z.object({ count: z.int() }),
        handle: async ({ params, query }) => {
          expectTypeOf(params).toEqualTypeOf<{ id: number }>()
          expectTypeOf(query).toEqualTypeOf<{ page: number }>()
          return { count: params.id }
        },
      }),
      route.post('/api/posts', { body: newPost, auth: 'mini-app', handle: addPost }),
      // @ts-expect-error the answer does not fit the schema of the response
      route.get('/api/wrong', { response: z.object({ count: z.int() }), handle: () => ({ count: 'many' }) }),
      route.get('/api/public', {
        // @ts-expect-error nobody has said who asks
        handle: ({ from }) => from,
      }),
    ],
  })
})
