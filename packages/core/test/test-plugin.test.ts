/** The conformance kit finds what it is there to find. */
import { expect, inject, test, vi } from 'vitest'
import { defineContract, defineMigration, definePlugin } from '../src/index.js'
import { message } from '../src/telegraf.js'
import { testPlugin } from '../src/testing/index.js'

const createNotes = (down: string) =>
  defineMigration({
    name: '0001-create-notes',
    up: ({ sql }) => sql`CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY, telegram_id bigint)`,
    down: ({ query }) => query(down),
  })

/** Notes every message, or only those that come first. */
const notesWith = ({ down = 'DROP TABLE notes', isOrderly = true }) => {
  const contract = defineContract({ name: 'notes', migrations: [createNotes(down)] })
  return definePlugin(contract, {
    handlers: {
      updates: ['message'],
      install: (bot) =>
        bot.on(message('text'), async ({ services: { session }, from, message: { text } }) => {
          const [known] = await session.sql`SELECT id FROM notes WHERE telegram_id = ${from.id}`
          if (isOrderly || known !== undefined || text === '/start')
            await session.sql`INSERT INTO notes (telegram_id) VALUES (${from.id})`
        }),
    },
  })()
}

// Each call makes several databases and starts several apps.
vi.setConfig({ testTimeout: 120_000 })
const postgresUrl = inject('postgresUrl')

test('finds nothing in a plugin that keeps everything', async () => {
  await testPlugin(notesWith({}), {
    postgresUrl,
    erase: ({ session }, telegramId) => session.sql`DELETE FROM notes WHERE telegram_id = ${telegramId}`,
  })
})

test('names what an undone migration leaves', async () => {
  await expect(
    testPlugin(notesWith({ down: 'ALTER TABLE notes RENAME TO old_notes' }), { postgresUrl }),
  ).rejects.toThrow(
    /Plugin "notes": migrations that are undone leave a difference:[\s\S]*\+ table public\.old_notes/,
  )
})

test('names the table in which somebody is left, and the one that depends on the order of updates', async () => {
  const refused = testPlugin(notesWith({ isOrderly: false }), { postgresUrl, erase: async () => undefined })
  await expect(refused).rejects.toMatchObject({ errors: [{ code: 'TEST_PLUGIN' }, { code: 'TEST_PLUGIN' }] })
  await expect(refused).rejects.toThrow(/updates in another order have other effects[\s\S]*public\.notes/)
  await expect(refused).rejects.toThrow(/something of a person is left[\s\S]*public\.notes: \(1,\d+\)/)
})

test('names what keeps the process alive after a stop, and the handler that fails', async () => {
  const timers: NodeJS.Timeout[] = []
  const clingy = definePlugin(defineContract({ name: 'clingy' }), {
    start: () => void timers.push(setInterval(() => undefined, 60_000)),
    handlers: {
      updates: ['message'],
      install: (bot) =>
        bot.on(message('text'), () => {
          throw new RangeError('clumsy')
        }),
    },
  })
  const refused = testPlugin(clingy(), { postgresUrl })
  await expect(refused).rejects.toThrow(/kept alive after the stop by:\s+Timeout/)
  await expect(refused).rejects.toThrow(/an update failed in clingy, handlers: RangeError: clumsy/)
  for (const timer of timers) clearInterval(timer)
})

test('finds a plugin that needs more than it requires', async () => {
  const needy = definePlugin(defineContract({ name: 'needy' }), {
    start: (services) => void (services as unknown as { users: unknown }).users,
  })
  await expect(testPlugin(needy(), { postgresUrl })).rejects.toThrow(/Plugin "needy": checkLife failed/)
})
