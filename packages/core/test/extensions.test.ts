/** Extension points: what plugins contribute reaches the one that collects, built of each plugin's own services. */
import { expect, expectTypeOf, inject, onTestFinished, test } from 'vitest'
import {
  type App,
  type AppExtensions,
  asClass,
  createApp,
  type DatabaseSession,
  defineContract,
  defineExtension,
  definePlugin,
  type UpdateExtensions,
  z,
} from '../src/index.js'
import { startTestBot } from '../src/testing/index.js'

interface Page {
  readonly title: string
}
const pages = defineExtension<Page>('admin/pages')

interface PersonalData {
  count(): Promise<number>
}
const personalData = defineExtension<PersonalData, 'update'>('privacy/personal-data', { scope: 'update' })

const start = async (app: App) => {
  const bot = await startTestBot(app, { postgresUrl: inject('postgresUrl'), quiet: true })
  onTestFinished(() => bot.stop())
  return bot
}

const contract = (name: string) => defineContract({ name })

test('a plugin collects what others contribute, in the order in which they start', async () => {
  const found: unknown[] = []
  const admin = definePlugin(contract('admin'), {
    start: ({ extensions }) => void found.push(...extensions.of(pages)),
  })
  const news = definePlugin(defineContract({ name: 'news', options: z.object({ title: z.string() }) }), {
    contributions: (contribute) => [contribute(pages, (_, { title }) => ({ title }))],
  })
  const stats = definePlugin(contract('stats'), {
    contributions: (contribute) => [contribute(pages, () => ({ title: 'Figures' }))],
  })
  await start(createApp({ plugins: [admin(), news({ title: 'News' }), stats()] }))
  expect(found).toEqual([
    { plugin: 'news', value: { title: 'News' } },
    { plugin: 'stats', value: { title: 'Figures' } },
  ])
})

test('a contribution to an update works in that update’s transaction, with its plugin’s services', async () => {
  class Notes {
    readonly #session: DatabaseSession
    constructor({ session }: { session: DatabaseSession }) {
      this.#session = session
    }
    async count() {
      const [row] = await this.#session.sql<{
        id: string | null
      }>`SELECT pg_current_xact_id_if_assigned() AS id`
      return Number(row?.id)
    }
  }
  const notes = definePlugin(defineContract({ name: 'notes', updateServices: { notes: Notes } }), {
    contributions: (contribute) => [
      contribute(personalData, ({ notes }) => ({ count: () => notes.count() })),
    ],
  })
  const ids: number[] = []
  const privacy = definePlugin(contract('privacy'), {
    commands: {
      me: {
        description: 'What is stored',
        async handle(ctx) {
          const [row] = await ctx.services.session.sql<{ id: string }>`SELECT pg_current_xact_id() AS id`
          ids.push(Number(row?.id))
          for (const { value } of ctx.services.extensions.of(personalData)) ids.push(await value.count())
        },
      },
    },
  })
  const bot = await start(createApp({ plugins: [privacy(), notes()] }))
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/me')
  await expect.poll(() => ids).toHaveLength(2)
  expect(ids[0]).toBe(ids[1])
  await bot.app.unit(async ({ extensions }) => {
    expect(extensions.of(personalData)).toHaveLength(1)
  })
})

test('an app contribution is built once, and only when somebody asks', async () => {
  let built = 0
  const news = definePlugin(contract('news'), {
    contributions: (contribute) => [
      contribute(pages, () => {
        built += 1
        return { title: 'News' }
      }),
    ],
  })
  const bot = await start(createApp({ plugins: [news()] }))
  expect(built).toBe(0)
  await bot.app.unit(async ({ extensions }) => {
    expect(extensions.of(pages)[0]?.value).toBe(extensions.of(pages)[0]?.value)
  })
  expect(built).toBe(1)
})

test('a contribution reaches no service that its plugin does not require', async () => {
  class Secrets {}
  const vault = definePlugin(defineContract({ name: 'vault', appServices: { secrets: Secrets } }), {})
  const thief = definePlugin(contract('thief'), {
    contributions: (contribute) => [
      contribute(pages, (services) => ({ title: String((services as { secrets?: unknown }).secrets) })),
    ],
  })
  const bot = await start(createApp({ plugins: [vault(), thief()] }))
  const asking = bot.app.unit(async ({ extensions }) => extensions.of(pages))
  await expect(asking).rejects.toMatchObject({
    code: 'EXTENSION_FAILED',
    message: expect.stringContaining('Plugin "thief": its contribution to "admin/pages"'),
    cause: { code: 'SERVICE_NOT_REQUIRED' },
  })
})

test('EXTENSION_EARLY: contributions are not there while services are being built', async () => {
  class Menu {
    constructor({ extensions }: { extensions: AppExtensions }) {
      extensions.of(pages)
    }
  }
  const admin = definePlugin(defineContract({ name: 'admin', appServices: { menu: asClass(Menu) } }), {})
  const app = createApp({ plugins: [admin()] })
  await expect(startTestBot(app, { postgresUrl: inject('postgresUrl'), quiet: true })).rejects.toMatchObject({
    code: 'SERVICE_FAILED',
    cause: { code: 'EXTENSION_EARLY' },
  })
})

test.each(['pages', 'Admin/Pages', 'admin/', '/pages', 'admin/pages/more'])(
  'EXTENSION_INVALID: "%s" is no name of an extension point',
  (name) => {
    expect(() => defineExtension(name)).toThrow(expect.objectContaining({ code: 'EXTENSION_INVALID' }))
  },
)

test('EXTENSION_INVALID: what is no contribution is refused when the app starts, by the plugin’s name', async () => {
  const odd = definePlugin(contract('odd'), { contributions: () => [{ title: 'News' }] as never })
  const app = createApp({ plugins: [odd()] })
  await expect(startTestBot(app, { postgresUrl: inject('postgresUrl'), quiet: true })).rejects.toMatchObject({
    code: 'EXTENSION_INVALID',
    message: expect.stringContaining('Plugin "odd"'),
  })
})

test('types: a contribution has the shape of its extension point, and an update’s is asked for in an update alone', () => {
  definePlugin(contract('typed'), {
    contributions: (contribute) => [
      contribute(pages, ({ commands }) => ({ title: `${commands.length} commands` })),
      // @ts-expect-error a page has a title
      contribute(pages, () => ({ name: 'News' })),
      // @ts-expect-error what is built once for the app has no session
      contribute(pages, ({ session }) => ({ title: String(session) })),
    ],
    start({ extensions }) {
      expectTypeOf(extensions).toEqualTypeOf<AppExtensions>()
      // @ts-expect-error there is no update here
      extensions.of(personalData)
    },
  })
  expectTypeOf<UpdateExtensions['of']>().toBeCallableWith(personalData)
})
