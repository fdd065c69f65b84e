import { expect, test } from 'vitest'
import { createWorld } from '../world.js'

test('a world goes on from its snapshot: same bots and chats, and no update id twice', async () => {
  const before = createWorld()
  const bot = before.createBot({ username: 'greeter_bot', firstName: 'Greeter' })
  const alice = before.createPerson({ firstName: 'Alice' })
  alice.sends('/start')
  await before.call(bot, 'sendMessage', { chat_id: alice.id, text: 'Hello' })
  await before.call(bot, 'setMyCommands', { commands: [{ command: 'start', description: 'Say hello' }] })
  await before.call(bot, 'getUpdates', { allowed_updates: ['message'] })
  const snapshot = JSON.parse(JSON.stringify(before.snapshot()))

  const after = createWorld({ snapshot })
  const [sameBot] = after.bots
  const [sameAlice] = after.people
  if (!sameBot || !sameAlice) return expect.unreachable()
  expect(sameBot.token).toBe(bot.token)
  expect(sameAlice.transcript()).toEqual(alice.transcript())
  const pending = (await after.call(sameBot, 'getUpdates')) as { update_id: number }[]
  expect(pending).toMatchObject([{ message: { text: '/start' } }])
  const message = sameAlice.sends('again')
  expect(message.message_id).toBe(3)
  expect(sameBot.updates.lastId).toBe(bot.updates.lastId + 1)
  expect(await after.call(sameBot, 'getMyCommands')).toHaveLength(1)
  expect(after.snapshot().bots[0]?.allowedUpdates).toEqual(['message'])
  expect(sameAlice.id).not.toBe(after.createPerson({ firstName: 'Bob' }).id)
})

test('ids go on even when nothing waits', () => {
  const before = createWorld()
  const bot = before.createBot({ username: 'greeter_bot' })
  before.createPerson({ firstName: 'Alice' }).sends('hi')
  bot.updates.clear()
  const after = createWorld({ snapshot: before.snapshot() })
  after.people[0]?.sends('hi')
  expect(after.bots[0]?.updates.lastId).toBe(bot.updates.lastId + 1)
})

test('SNAPSHOT_VERSION: refuses what it does not know', () => {
  expect(() => createWorld({ snapshot: { version: 2 } as never })).toThrow(
    expect.objectContaining({ code: 'SNAPSHOT_VERSION' }),
  )
})
