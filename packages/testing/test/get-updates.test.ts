/** getUpdates over HTTP: offsets, long polls, and who gives way to whom. */
import { expect, test } from 'vitest'
import { createManualClock, createWorld, startServer } from '../src/index.js'
import { createApi } from './api.js'

async function startStage() {
  const clock = createManualClock()
  const world = createWorld({ clock })
  const bot = world.createBot({ username: 'greeter_bot' })
  const alice = world.createPerson({ firstName: 'Alice' })
  const server = await startServer(world)
  const api = createApi(server, bot)
  const poll = async (values: object = {}) => {
    const { ok, result, description } = await api('getUpdates', values)
    return ok ? result.map((update: any) => update.message?.text ?? update) : description
  }
  /** Resolves once a poll waits: the poll is begun by `begin` and its arrival seen in the world. */
  const beginPoll = async (values: object) => {
    const before = bot.waitingPoll
    const answer = poll({ timeout: 50, ...values })
    while (bot.waitingPoll === before) await new Promise(setImmediate)
    return { answer }
  }
  return { clock, world, bot, alice, api, poll, beginPoll, [Symbol.asyncDispose]: server.stop }
}

test('the same updates come again until a higher offset confirms them', async () => {
  await using stage = await startStage()
  const { bot, alice, poll } = stage
  for (const text of ['1', '2', '3']) alice.sends(text)
  const last = bot.updates.lastId
  expect(last).toBeGreaterThan(3)
  expect(await poll()).toEqual(['1', '2', '3'])
  expect(await poll({ offset: 0 })).toEqual(['1', '2', '3'])
  expect(await poll({ offset: last - 1 })).toEqual(['2', '3'])
  expect(await poll()).toEqual(['2', '3'])
  expect(await poll({ offset: last + 1 })).toEqual([])
  expect(await poll()).toEqual([])
})

test('a negative offset keeps the newest and forgets the others', async () => {
  await using stage = await startStage()
  for (const text of ['1', '2', '3']) stage.alice.sends(text)
  expect(await stage.poll({ offset: -2 })).toEqual(['2', '3'])
  expect(await stage.poll({ offset: -100 })).toEqual(['2', '3'])
})

test('an offset far beyond the newest id is nonsense and confirms nothing', async () => {
  await using stage = await startStage()
  stage.alice.sends('1')
  expect(await stage.poll({ offset: stage.bot.updates.lastId + 11 })).toEqual(['1'])
})

test.each([
  [0, 1],
  [-5, 1],
  [2, 2],
  [1000, 100],
  ['nonsense', 100],
])('a limit of %j gives %i', async (limit, count) => {
  await using stage = await startStage()
  for (let index = 0; index < 120; index += 1) stage.alice.sends(String(index))
  expect(await stage.poll({ limit })).toHaveLength(count)
})

test('a long poll is answered as soon as an update comes, with all that came at once', async () => {
  await using stage = await startStage()
  const { answer } = await stage.beginPoll({})
  stage.alice.sends('1')
  stage.alice.sends('2')
  expect(await answer).toEqual(['1', '2'])
  expect(stage.bot.waitingPoll).toBeUndefined()
})

test('a long poll ends empty when its time is up: 50 seconds at most', async () => {
  await using stage = await startStage()
  const { answer } = await stage.beginPoll({ timeout: 600 })
  stage.clock.advance(49_999)
  expect(stage.bot.waitingPoll).toBeDefined()
  stage.clock.advance(1)
  expect(await answer).toEqual([])
})

test('a newer poll that must wait displaces the waiting one', async () => {
  await using stage = await startStage()
  const first = await stage.beginPoll({})
  const second = await stage.beginPoll({})
  expect(await first.answer).toBe(
    'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
  )
  stage.alice.sends('1')
  expect(await second.answer).toEqual(['1'])
})

test('a poll that does not wait disturbs nobody', async () => {
  await using stage = await startStage()
  const waiting = await stage.beginPoll({})
  expect(await stage.poll({ timeout: 0 })).toEqual([])
  stage.alice.sends('1')
  expect(await waiting.answer).toEqual(['1'])
})

test('a client that goes away frees its place', async () => {
  await using stage = await startStage()
  const abort = new AbortController()
  const gone = stage.api('getUpdates', { timeout: 50 }, abort.signal)
  const ended = expect(gone).rejects.toThrow('aborted')
  while (!stage.bot.waitingPoll) await new Promise(setImmediate)
  abort.abort()
  await ended
  while (stage.bot.waitingPoll) await new Promise(setImmediate)
})

test('allowed_updates sticks, applies when the update is made, and an empty list is the default set', async () => {
  await using stage = await startStage()
  const { alice, bot, poll } = stage
  const message = alice.sends('1')
  expect(await poll({ allowed_updates: ['edited_message'] })).toEqual(['1'])
  alice.sends('2')
  alice.edits(message, '1 again')
  expect(await poll({ offset: bot.updates.lastId })).toMatchObject([{ edited_message: { text: '1 again' } }])
  expect(await poll({ offset: bot.updates.lastId + 1, allowed_updates: '[]' })).toEqual([])
  alice.sends('3')
  expect(await poll()).toEqual(['3'])
  // What cannot be read changes nothing, and kinds that there are not do not count.
  expect(await poll({ offset: bot.updates.lastId + 1, allowed_updates: '{"a":1}' })).toEqual([])
  expect(await poll({ allowed_updates: ['nothing', 'MESSAGE'] })).toEqual([])
  alice.edits(message, '1 once more')
  alice.sends('4')
  expect(await poll()).toEqual(['4'])
})

test('the default set leaves out chat_member and reactions', async () => {
  await using stage = await startStage()
  const { bot, poll } = stage
  const kinds = ['chat_member', 'message_reaction', 'message_reaction_count']
  for (const kind of kinds) bot.updates.add(kind, {})
  expect(await poll({ allowed_updates: kinds })).toEqual([])
  for (const kind of kinds) bot.updates.add(kind, {})
  expect(await poll()).toHaveLength(3)
})

test('crafted updates come through unchanged: malformed, double, and with ids that jump', async () => {
  await using stage = await startStage()
  const { world, bot, alice, poll, api } = stage
  world.deliver(bot, { update_id: 'seven' })
  world.deliver(bot, null)
  world.deliver(bot, (id: number) => ({ update_id: id, message: { text: 'built' } }))
  world.deliver(bot, { update_id: 2_000_000_000, message: { text: 'twin' } })
  world.deliver(bot, { update_id: 2_000_000_000, message: { text: 'twin' } })
  const { result } = await api('getUpdates')
  expect(result).toMatchObject([{ update_id: 'seven' }, null, {}, { update_id: 2_000_000_000 }, {}])
  alice.sends('next')
  expect(bot.updates.lastId).toBe(2_000_000_001)
  expect(await poll({ offset: 2_000_000_001 })).toEqual(['next'])
  // After a jump back the old offset lies in the future, and Telegram answers from the head.
  bot.updates.clear()
  world.deliver(bot, { update_id: 500, message: { text: 'lower' } })
  expect(await poll({ offset: 2_000_000_002 })).toEqual(['lower'])
})

test('updates are kept for 24 hours', async () => {
  await using stage = await startStage()
  stage.alice.sends('old')
  stage.clock.advance(23 * 3_600_000)
  stage.alice.sends('young')
  stage.clock.advance(3_600_000)
  expect(await stage.poll()).toEqual(['young'])
})
