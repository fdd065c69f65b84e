/** Faults, limits and disorder that a test orders. */
import { describe, expect, test } from 'vitest'
import { createWorld } from '../../src/index.js'
import { faces, openStage } from './stage.js'

function createStage(options: object = {}) {
  const world = createWorld(options)
  const bot = world.createBot({ username: 'greeter_bot' })
  const alice = world.createPerson({ firstName: 'Alice' })
  alice.sends('hi')
  const send = (text: string, chat_id: number = alice.id) => world.call(bot, 'sendMessage', { chat_id, text })
  return { world, bot, alice, send }
}

test('in process a fault is suffered as a client would see it', async () => {
  const { world, alice, send } = createStage()
  world.faults.next('sendMessage', { kind: 'error', errorCode: 403, description: 'Forbidden: x' })
  world.faults.next('sendMessage', { kind: 'cut', when: 'before' })
  world.faults.next('sendMessage', { kind: 'cut', when: 'after' })
  world.faults.next('sendMessage', { kind: 'html', status: 502 })
  await expect(send('1')).rejects.toMatchObject({ errorCode: 403 })
  for (const text of ['2', '3', '4']) await expect(send(text)).rejects.toMatchObject({ code: 'FAULT' })
  await send('5')
  expect(alice.transcript().map(({ text }) => text)).toEqual(['hi', '3', '5'])
  world.faults.next('sendMessage', { kind: 'hang' })
  const abort = new AbortController()
  const hanging = world.call(
    world.bots[0] as never,
    'sendMessage',
    { chat_id: 1, text: 'x' },
    { signal: abort.signal },
  )
  abort.abort()
  await expect(hanging).rejects.toMatchObject({ code: 'FAULT' })
})

test('a fault for one chat leaves the others alone', async () => {
  const { world, bot, alice, send } = createStage()
  const bob = world.createPerson({ firstName: 'Bob' })
  bob.sends('hi', { in: bot })
  world.faults.next('sendMessage', { kind: 'error', errorCode: 500, description: 'x', chatId: alice.id })
  await send('to Bob', bob.id)
  await expect(send('to Alice')).rejects.toMatchObject({ errorCode: 500 })
  await send('to Alice')
})

test('updates come twice, in another order, and with ids that jump', () => {
  const { bot, alice } = createStage()
  alice.sends('2')
  const ids = () => (bot.updates.fetch(0, 100) as { update_id: number }[]).map(({ update_id }) => update_id)
  const [first = 0, second = 0] = ids()
  bot.updates.reverse()
  expect(ids()).toEqual([second, first])
  bot.updates.repeat()
  expect(ids()).toEqual([second, first, second, first])
  bot.updates.skipIds(1000)
  alice.sends('3')
  expect(ids().at(-1)).toBe(second + 1001)
})

describe.each(faces)('%s', (face) => {
  test('the limits of the FAQ are a switch', async () => {
    await using stage = await openStage(face, { hasRateLimits: true })
    const { call, callAs, clock, bot, world } = stage
    const refused = (description: string, retry_after: number) => ({
      errorCode: 429,
      description,
      parameters: { retry_after },
    })
    await call('sendMessage', { text: '1' })
    await expect(call('sendMessage', { text: '2' })).rejects.toMatchObject(
      refused('Too Many Requests: retry after 1', 1),
    )
    clock.advance(1000)
    await call('sendMessage', { text: '2' })
    const group = world.createGroup({ title: 'G', bots: [bot] })
    for (let count = 0; count < 20; count += 1)
      await callAs(bot, 'sendMessage', { chat_id: group.id, text: 'x' })
    await expect(callAs(bot, 'sendMessage', { chat_id: group.id, text: 'x' })).rejects.toMatchObject(
      refused('Too Many Requests: retry after 60', 60),
    )
    await call('sendChatAction', { action: 'typing' })
  })

  test('strict mode refuses what Telegram passes over', async () => {
    await using strict = await openStage(face, { isStrict: true })
    expect(await strict.refusal('sendMessage', { text: 'x', txet: 1 })).toContain(
      'sendMessage has no parameter "txet"',
    )
    expect(await strict.callAs(strict.bot, 'sendMessage', { text: 'x' })).toMatchObject({ text: 'x' })
    await using lenient = await openStage(face)
    expect(await lenient.call('sendMessage', { text: 'x', txet: 1 })).toMatchObject({ text: 'x' })
  })
})
