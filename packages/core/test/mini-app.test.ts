/** A Mini App that asks a route: who it is, and that it has the services of an update of that person. */
import { expect, inject, onTestFinished, test } from 'vitest'
import {
  createApp,
  defineContract,
  defineMigration,
  definePlugin,
  type UpdateServices,
} from '../src/index.js'
import { startTestBot } from '../src/testing/index.js'

class Visits {
  readonly #session: UpdateServices['session']
  constructor({ session }: Pick<UpdateServices, 'session'>) {
    this.#session = session
  }
  /** How often this person was seen, this time included. */
  async count({ id }: { id: number }): Promise<number> {
    const [row] = await this.#session.sql<{ seen: number }>`
      INSERT INTO visits (person, seen) VALUES (${id}, 1)
      ON CONFLICT (person) DO UPDATE SET seen = visits.seen + 1 RETURNING seen`
    return row?.seen ?? 0
  }
}

const contract = defineContract({
  name: 'visits',
  updateServices: { visits: Visits },
  migrations: [
    defineMigration({
      name: '0001-create-visits',
      up: ({ sql }) => sql`CREATE TABLE visits (person bigint PRIMARY KEY, seen integer NOT NULL)`,
    }),
  ],
})

const visits = definePlugin(contract, {
  commands: {
    visit: {
      description: 'Visit',
      handle: async (ctx) => ctx.outbox.reply(`visit ${await ctx.services.visits.count(ctx.from)}`),
    },
  },
  routes: (route) => [
    route.post('/visit', {
      auth: 'mini-app',
      handle: async ({ services, from, initData, outbox }) => {
        const seen = await services.visits.count(from)
        await outbox.reply(`visit ${seen} by the app`)
        return { seen, name: from.first_name, isBot: from.is_bot, startParam: initData.startParam }
      },
    }),
  ],
})

async function startMiniApp(http = {}) {
  const app = createApp({ plugins: [visits()], http })
  const bot = await startTestBot(app, { postgresUrl: inject('postgresUrl'), quiet: true })
  onTestFinished(() => bot.stop())
  const visit = async (authorization?: string) => {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
    const response = await fetch(`${app.addresses.http}/visit`, { method: 'POST', headers })
    return {
      status: response.status,
      challenge: response.headers.get('www-authenticate'),
      body: (await response.json()) as any,
    }
  }
  return { bot, visit }
}

test('a Mini App is the person who opened it, with the services of their updates', async () => {
  const { bot, visit } = await startMiniApp()
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/visit')
  await alice.sees('visit 1')
  const raw = alice.opensMiniApp(bot.bot, { startParam: 'from-a-link' })
  const { status, body } = await visit(`tma ${raw}`)
  expect([status, body]).toEqual([200, { seen: 2, name: 'Alice', isBot: false, startParam: 'from-a-link' }])
  await alice.sees('visit 2 by the app')
})

test('who does not prove it is answered with 401 and one text; the reason stands in the log alone', async () => {
  const { bot, visit } = await startMiniApp({ initDataMaxAgeSeconds: 60 })
  const alice = bot.createPerson({ firstName: 'Alice' })
  const raw = alice.opensMiniApp(bot.bot)
  const other = bot.world.createBot({ username: 'other_bot', firstName: 'Other' })
  const refused = [
    undefined,
    '',
    raw,
    'tma ',
    `Bearer ${raw}`,
    `tma ${raw.replace('Alice', 'Mallory')}`,
    `tma ${alice.opensMiniApp(other)}`,
  ]
  for (const authorization of refused) {
    expect(await visit(authorization)).toEqual({
      status: 401,
      challenge: 'tma',
      body: {
        detail: 'The data of the Mini App is not valid, or too old. Open the app again.',
        status_code: 401,
      },
    })
  }
  expect(bot.log).toContain('its hash is not that of this bot')
  expect(bot.log).toContain('INITDATA_INVALID')
  expect(bot.log).not.toContain(raw)
  expect((await visit(`TMA ${raw}`)).status).toBe(200)
})
