/** Typed state: whose it is, that it belongs to the unit of work, and what becomes of old, large and wrong values. */
import { expect, expectTypeOf, inject, onTestFinished, test } from 'vitest'
import {
  type App,
  asValue,
  type CommandContext,
  createApp,
  defineContract,
  definePlugin,
  defineState,
  type State,
  z,
} from '../src/index.js'
import { pruneExpiredState } from '../src/state/state-table.js'
import { startTestBot } from '../src/testing/index.js'
import { withServer } from '../src/testing/test-database.js'

const counter = z.object({ count: z.number().int() })

class Ledger {
  constructor(readonly needs: { mine: State<{ count: number }, never> }) {}
  async add(): Promise<number> {
    const { count } = await this.needs.mine.update((kept) => ({ count: kept.count + 1 }))
    return count
  }
}

/** Holds the command `/slow` inside of its change until the test lets it go. */
const gate = { entered: signal(), opened: signal() }

function signal() {
  let give = () => {}
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  return { give, given }
}

const contract = defineContract({
  name: 'counting',
  appServices: { gate: asValue(gate) },
  updateServices: {
    mine: defineState({ per: 'person', schema: counter, initial: { count: 0 } }),
    ours: defineState({ per: 'chat', schema: counter, expiresAfter: '1h' }),
    here: defineState({ per: 'personInChat', schema: z.string() }),
    dated: defineState({ per: 'person', schema: z.coerce.date() }),
    timed: defineState({ per: 'person', schema: z.object({ at: z.date() }) }),
    ledger: Ledger,
  },
})
type Ctx = CommandContext<typeof contract>

const say = (ctx: Ctx, value: unknown) => ctx.outbox.reply(String(value))

const counting = definePlugin(contract, {
  commands: {
    mine: { description: 'Count mine', handle: async (ctx) => say(ctx, await ctx.services.ledger.add()) },
    slow: {
      description: 'Count mine, slowly',
      handle: async (ctx) => {
        const { mine, gate } = ctx.services
        const { count } = await mine.update(async (kept) => {
          gate.entered.give()
          await gate.opened.given
          return { count: kept.count + 1 }
        })
        await say(ctx, count)
      },
    },
    ours: {
      description: 'Count ours',
      handle: async (ctx) =>
        say(ctx, (await ctx.services.ours.update((ours) => ({ count: (ours?.count ?? 0) + 1 }))).count),
    },
    close: {
      description: 'Clear ours',
      handle: async (ctx) => say(ctx, await ctx.services.ours.update(() => undefined)),
    },
    keep: { description: 'Keep', handle: (ctx) => ctx.services.here.set(ctx.payload) },
    kept: { description: 'Kept', handle: async (ctx) => say(ctx, await ctx.services.here.get()) },
    forget: { description: 'Forget', handle: (ctx) => ctx.services.here.clear() },
    fail: {
      description: 'Write and fail',
      handle: async (ctx) => {
        await ctx.services.here.set('of a handler that failed')
        throw new TypeError('broken')
      },
    },
    large: {
      description: 'Keep that many two-byte letters',
      handle: (ctx) => ctx.services.here.set('é'.repeat(Number(ctx.payload))),
    },
    size: {
      description: 'How many letters are kept',
      handle: async (ctx) => say(ctx, (await ctx.services.here.get())?.length),
    },
    wrong: { description: 'Wrong', handle: (ctx) => ctx.services.mine.set({ count: 0.5 }) },
    timed: { description: 'Timed', handle: (ctx) => ctx.services.timed.set({ at: new Date(0) }) },
    dated: {
      description: 'Dated',
      handle: async (ctx) => {
        await ctx.services.dated.set(new Date(7))
        await say(ctx, (await ctx.services.dated.get())?.getTime())
      },
    },
    odd: {
      description: 'Text that no text column takes',
      handle: async (ctx) => {
        const text = 'half \ud83d, nothing \u0000'
        await ctx.services.here.set(text)
        await say(ctx, (await ctx.services.here.get()) === text)
      },
    },
  },
})

async function start(app: App = createApp({ plugins: [counting()] })) {
  const bot = await startTestBot(app, { postgresUrl: inject('postgresUrl'), quiet: true })
  onTestFinished(() => bot.stop())
  const sql = (text: string) => withServer(bot.databaseUrl, async (client) => (await client.query(text)).rows)
  return { bot, sql, alice: bot.createPerson({ firstName: 'Alice' }) }
}

const codesOf = ({ failures }: { failures: readonly { error: unknown }[] }) =>
  failures.map(({ error }) => (error as { code?: string }).code)

test('a state is of a person, of a chat, or of a person in a chat', async () => {
  const { bot, alice } = await start()
  const bob = bot.createPerson({ firstName: 'Bob' })
  const group = bot.world.createGroup({ title: 'Tea', members: [alice, bob], administrators: [bot.bot] })
  const talk = async (who: typeof alice, text: string, expected: string) => {
    who.sends(text, { in: group })
    await who.sees(expected, { in: group })
  }
  alice.sends('/mine')
  await alice.sees('1')
  await talk(alice, '/mine', '2')
  await talk(bob, '/mine', '1')
  await talk(alice, '/ours', '1')
  await talk(bob, '/ours', '2')
  alice.sends('/ours')
  await alice.sees('1')
  alice.sends('/keep hers', { in: group })
  bob.sends('/keep his', { in: group })
  await talk(alice, '/kept', 'hers')
  await talk(bob, '/kept', 'his')
  alice.sends('/kept')
  await alice.sees('undefined')
})

test('somebody who writes as a chat has the state of that chat, not of the account that all such share', async () => {
  const { bot, alice } = await start()
  const group = bot.world.createGroup({ title: 'Tea', members: [alice], administrators: [bot.bot] })
  const other = bot.world.createGroup({ title: 'Cake', members: [alice], administrators: [bot.bot] })
  const anonymous = { id: 1_087_968_824, is_bot: true, first_name: 'Group', username: 'GroupAnonymousBot' }
  const entities = [{ type: 'bot_command', offset: 0, length: 5 }]
  for (const { object: chat } of [group, other, group]) {
    bot.world.deliver(bot.bot, (update_id: number) => ({
      update_id,
      message: { message_id: 1, date: 1, chat, sender_chat: chat, from: anonymous, text: '/mine', entities },
    }))
  }
  await alice.sees('1', { in: group })
  await alice.sees('1', { in: other })
  await alice.sees('2', { in: group })
})

test('a handler that throws leaves the state as it was', async () => {
  const { bot, alice } = await start()
  alice.sends('/keep before')
  alice.sends('/fail')
  alice.sends('/kept')
  await alice.sees('before')
  expect(bot.failures).toMatchObject([{ handler: '/fail' }])
})

test('it is cleared by clear, and by an update that gives undefined', async () => {
  const { alice, sql } = await start()
  alice.sends('/keep this')
  alice.sends('/forget')
  alice.sends('/kept')
  await alice.sees('undefined')
  alice.sends('/ours')
  await alice.sees('1')
  alice.sends('/close')
  await alice.sees('undefined')
  expect(await sql('SELECT name FROM hello_state')).toEqual([])
})

test('what has expired by the database’s clock counts as absent, and each write counts the time anew', async () => {
  const { alice, sql } = await start()
  const secondsLeft = async () => {
    const [row] = await sql('SELECT extract(epoch FROM expires_at - now())::float8 AS left FROM hello_state')
    return row.left
  }
  alice.sends('/ours')
  await alice.sees('1')
  expect(await secondsLeft()).toBeGreaterThan(3_500)
  await sql(`UPDATE hello_state SET expires_at = now() + interval '1 minute'`)
  alice.sends('/ours')
  await alice.sees('2')
  expect(await secondsLeft()).toBeGreaterThan(3_500)
  await sql('UPDATE hello_state SET expires_at = now()')
  alice.sends('/ours')
  await alice.sees('1')
})

test('what has expired is removed, and nothing else', async () => {
  const prune = pruneExpiredState.text.replace('$1', '9')
  const { alice, sql } = await start()
  alice.sends('/mine')
  await alice.sees('1')
  alice.sends('/ours')
  await alice.sees('1')
  await sql(prune)
  expect(await sql('SELECT name FROM hello_state ORDER BY name')).toEqual([
    { name: 'mine' },
    { name: 'ours' },
  ])
  await sql(`UPDATE hello_state SET expires_at = now() WHERE name = 'ours'`)
  await sql(prune)
  expect(await sql('SELECT name FROM hello_state')).toEqual([{ name: 'mine' }])
})

test('two updates of one person in two chats at the same time: the second waits and loses nothing', async () => {
  const { bot, alice, sql } = await start()
  const group = bot.world.createGroup({ title: 'Tea', members: [alice], administrators: [bot.bot] })
  alice.sends('/slow')
  await gate.entered.given
  alice.sends('/mine', { in: group })
  const waiting = `SELECT count(*)::int AS count FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`
  await expect.poll(async () => (await sql(waiting))[0].count).toBe(1)
  gate.opened.give()
  await alice.sees('1')
  await alice.sees('2', { in: group })
})

test('what does not fit the schema is refused, and nothing is kept', async () => {
  const { bot, alice, sql } = await start()
  alice.sends('/wrong')
  alice.sends('/timed')
  alice.sends('/kept')
  await alice.sees('undefined')
  expect(codesOf(bot)).toEqual(['STATE_VALUE', 'STATE_VALUE'])
  expect(String(bot.failures[0]?.error)).toContain(
    'The state "mine" of plugin "counting" cannot keep this value: Invalid input: expected int, received number at count.',
  )
  expect(String(bot.failures[1]?.error)).toContain('is not the same afterwards')
  expect(await sql('SELECT name FROM hello_state')).toEqual([])
})

test('it holds 16 KB of JSON and not a byte more', async () => {
  const { bot, alice } = await start()
  alice.sends('/large 8191')
  alice.sends('/large 8192')
  alice.sends('/size')
  await alice.sees('8191')
  expect(codesOf(bot)).toEqual(['STATE_TOO_LARGE'])
})

test('dates, half an emoji and NUL are kept as they are', async () => {
  const { alice } = await start()
  alice.sends('/dated')
  await alice.sees('7')
  alice.sends('/odd')
  await alice.sees('true')
})

test('outside of an update its owner is named', async () => {
  const app = createApp({ plugins: [counting()] })
  const { alice } = await start(app)
  await app.unit(({ mine }) => mine.of({ personId: alice.id }).set({ count: 41 }))
  alice.sends('/mine')
  await alice.sees('42')
  await expect(app.unit(({ mine }) => mine.get())).rejects.toMatchObject({ code: 'STATE_OWNER' })
  await expect(app.unit(({ here }) => here.of({ personId: alice.id }).get())).rejects.toThrow(
    /kept per personInChat, and here is no such owner: found {"personId":\d+}. Name one: here.of\({ chatId, personId }\)/,
  )
  await expect(app.unit(({ mine }) => mine.of({ personId: 0.5 }).get())).rejects.toMatchObject({
    code: 'STATE_OWNER',
  })
})

test('a value of an earlier version is upgraded, or counts as absent and is logged without the value', async () => {
  const plugin = definePlugin(
    defineContract({
      name: 'shapes',
      updateServices: {
        grown: defineState({
          per: 'person',
          schema: z.object({ names: z.array(z.string()) }),
          upgrade: (kept) => ({ names: [(kept as { name: string }).name] }),
        }),
        broken: defineState({ per: 'person', schema: z.object({ age: z.number() }) }),
      },
    }),
    {},
  )
  const app = createApp({ plugins: [plugin()] })
  const { bot, sql } = await start(app)
  for (const name of ['grown', 'broken'])
    await sql(`INSERT INTO hello_state (bot_id, person_id, chat_id, plugin, name, value)
      VALUES (${bot.bot.id}, 7, 0, 'shapes', '${name}', '{"name": "Alice"}')`)
  const read = await app.unit(async ({ grown, broken }) => [
    await grown.of({ personId: 7 }).get(),
    await broken.of({ personId: 7 }).get(),
  ])
  expect(read).toEqual([{ names: ['Alice'] }, undefined])
  const line = bot.log.split('\n').find((text) => text.includes('A state was left out')) ?? '{}'
  expect(JSON.parse(line)).toMatchObject({ level: 'warn', plugin: 'shapes', err: { code: 'STATE_MISFIT' } })
  expect(line).not.toContain('Alice')
})

test('what a state cannot be is said at boot, all at once', () => {
  const faulty = defineContract({
    name: 'faulty',
    // @ts-expect-error a state belongs to a unit of work, and no app service has one
    appServices: { early: defineState({ per: 'chat', schema: counter }) },
    updateServices: {
      whose: defineState({ per: 'planet' as 'chat', schema: counter }),
      // @ts-expect-error a duration has a unit
      long: defineState({ per: 'chat', schema: counter, expiresAfter: '10 minutes' }),
      first: defineState({ per: 'chat', schema: counter, initial: { count: 0.5 } }),
      // @ts-expect-error an unknown part
      spelt: defineState({ per: 'chat', schema: counter, expireAfter: '1h' }),
      bare: defineState({ per: 'chat' } as never),
    },
  })
  let message = ''
  try {
    createApp({ plugins: [definePlugin(faulty as never, {}) as any].map((factory) => factory()) as never })
  } catch (error) {
    message = String(error)
    expect((error as AggregateError).errors.map(({ code }) => code)).toEqual(Array(6).fill('STATE_INVALID'))
  }
  expect(message).toContain('its state "early" belongs to a unit of work. Put it in updateServices.')
  expect(message).toContain('is kept per "planet", expected one of chat, person, personInChat.')
  expect(message).toContain('expires after "10 minutes", expected a duration such as 10m, 48h or 30d.')
  expect(message).toContain('has an initial value that does not fit its schema.')
  expect(message).toContain('has a part "expireAfter" that core does not know. Did you mean "expiresAfter"?')
  expect(message).toContain('has no schema of zod.')
})

test('the compiler knows what a state holds, and refuses a schema whose result does not fit it again', () => {
  const read = async ({ services }: Ctx) => {
    expectTypeOf(await services.mine.get()).toEqualTypeOf<{ count: number }>()
    expectTypeOf(await services.ours.get()).toEqualTypeOf<{ count: number } | undefined>()
    // @ts-expect-error it holds a number
    await services.ours.set({ count: '1' })
    // @ts-expect-error it is possibly absent
    await services.ours.update((ours) => ({ count: ours.count + 1 }))
  }
  expectTypeOf(read).returns.resolves.toBeVoid()
  // @ts-expect-error a text that becomes a number is no text any more
  defineState({ per: 'chat', schema: z.string().transform((text) => text.length) })
})
