/** The mistakes of the guide for authors, and the errors that they give. */
import {
  asValue,
  type CommandContext,
  createApp,
  type DatabaseSession,
  defineContract,
  definePlugin,
} from '@hello/core'
import { startTestBot, type TestBot } from '@hello/core/testing'
import { users } from '@hello/plugin-users'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'

const contract = defineContract({ name: 'mistakes' })
type Ctx = CommandContext<typeof contract>
let kept: DatabaseSession | undefined

// Its own rejection is caught here: vitest takes an unhandled one for a failure, and `hello` ends the bot at one.
const count = (session: DatabaseSession) => session.sql`SELECT pg_sleep(0.2)`.catch(() => undefined)

const mistakes = definePlugin(contract, {
  commands: {
    // #region not-awaited
    hurry: {
      description: 'Leave before the query has its answer',
      handle: async (ctx: Ctx) => {
        count(ctx.services.session) // await is missing: UNIT_NOT_AWAITED
        await ctx.outbox.reply('Done!')
      },
    },
    // #endregion
    // #region swallowed
    swallow: {
      description: 'Go on after a failed query as if it had not failed',
      handle: async (ctx: Ctx) => {
        try {
          await ctx.services.session.sql`SELECT 1 / 0`
        } catch {
          // The transaction is lost all the same: UNIT_ROLLED_BACK
        }
        await ctx.outbox.reply('Done!')
      },
    },
    // #endregion
    keep: {
      description: 'Keep the session for later',
      handle: async (ctx: Ctx) => {
        kept = ctx.services.session
        await ctx.outbox.reply('Kept.')
      },
    },
    // #region defer
    defer: {
      description: 'Query after the commit',
      handle: (ctx: Ctx) => {
        const { database, session, logger } = ctx.services
        ctx.afterCommit(async () => {
          await session.sql`SELECT 1`.catch((error) => logger.info({ err: error }, 'The unit has ended'))
          await database.unit((own) => own.sql`SELECT 2`)
          logger.info('A unit of its own works')
        })
      },
    },
    // #endregion
  },
})

const app = createApp({ plugins: [mistakes()] })
let bot: TestBot
beforeAll(async () => {
  bot = await startTestBot(app, { postgresUrl: inject('postgresUrl'), quiet: true })
})
afterAll(() => bot?.stop())

const failures = () =>
  app.unit(async ({ session }) => {
    const rows = await session.sql<{ error: string }>`
      SELECT error FROM hello_inbox WHERE outcome = 'failed' ORDER BY seq`
    return rows.map(({ error }) => error)
  })

test('a query that nobody awaits fails the update, and all that leaves is an apology', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/hurry')
  await expect.poll(failures).toContainEqual(expect.stringContaining('Await every query'))
  expect(bot.log).toContain('UNIT_NOT_AWAITED')
  await alice.sees(/^Sorry, something went wrong/)
  await bot.app.idle()
  expect(alice.transcript()).toHaveLength(2)
})

test('an error that is swallowed fails the update, and all that leaves is an apology', async () => {
  const bob = bot.createPerson({ firstName: 'Bob' })
  bob.sends('/swallow')
  await expect.poll(failures).toContainEqual(expect.stringContaining('session.attempt(…)'))
  expect(bot.log).toContain('UNIT_ROLLED_BACK')
  await bob.sees(/^Sorry, something went wrong/)
  await bot.app.idle()
  expect(bob.transcript()).toHaveLength(2)
})

test('a session that is kept refuses queries after its update', async () => {
  const carol = bot.createPerson({ firstName: 'Carol' })
  carol.sends('/keep')
  await carol.sees('Kept.')
  const { sql } = kept as DatabaseSession
  await expect(sql`SELECT 1`).rejects.toMatchObject({ code: 'UNIT_CLOSED' })
})

test('what runs after the commit takes a unit of its own', async () => {
  bot.createPerson({ firstName: 'Dave' }).sends('/defer')
  await expect.poll(() => bot.log).toContain('A unit of its own works')
  expect(bot.log).toContain('UNIT_CLOSED')
})

test('a service of a taken name and a plugin that is missing are refused by createApp', () => {
  const one = definePlugin(
    defineContract({ name: 'one', appServices: { greeter: asValue({ hello: 'Hello' }) } }),
    {},
  )
  const two = definePlugin(
    defineContract({ name: 'two', appServices: { greeter: asValue({ hello: 'Hi' }) } }),
    {},
  )
  const needy = definePlugin(defineContract({ name: 'needy', requires: [users] }), {})
  expect(() => createApp({ plugins: [one(), two()] })).toThrow(
    expect.objectContaining({ code: 'SERVICE_CONFLICT' }),
  )
  // @ts-expect-error the compiler says it first: { missing: 'add the plugin "users"' }
  expect(() => createApp({ plugins: [needy()] })).toThrow(
    expect.objectContaining({ code: 'PLUGIN_DEPENDENCY_MISSING' }),
  )
})
