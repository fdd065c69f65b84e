/** Webhooks: what is refused, what is delivered, in which order, and what happens when it is not taken. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createManualClock, createWorld } from '../src/index.js'

interface Reply {
  status?: number
  headers?: Record<string, string>
  body?: string
}

/** A bot's webhook: `next()` waits for a delivery and answers it. */
async function startReceiver() {
  const waiting: { update: any; headers: IncomingHttpHeaders; answer: (reply?: Reply) => void }[] = []
  let wake: (() => void) | undefined
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    waiting.push({
      update: JSON.parse(Buffer.concat(chunks).toString('utf8')),
      headers: request.headers,
      answer: ({ status = 200, headers = {}, body = '' } = {}) =>
        response.writeHead(status, headers).end(body),
    })
    wake?.()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    waitingCount: () => waiting.length,
    async next() {
      for (;;) {
        const delivery = waiting.shift()
        if (delivery) return delivery
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

function createStage() {
  const clock = createManualClock()
  const world = createWorld({ clock })
  const bot = world.createBot({ username: 'greeter_bot' })
  const alice = world.createPerson({ firstName: 'Alice' })
  const bob = world.createPerson({ firstName: 'Bob' })
  const call = (method: string, values?: Record<string, unknown>): Promise<any> =>
    world.call(bot, method, values)
  const until = async (isTrue: () => boolean) => {
    while (!isTrue()) await new Promise(setImmediate)
  }
  return { clock, world, bot, alice, bob, call, until, [Symbol.dispose]: () => world.close() }
}

test('delivers what waits and what comes, with the secret, one at a time per chat', async () => {
  using stage = createStage()
  await using receiver = await startReceiver()
  const { alice, bob, call, bot, until } = stage
  alice.sends('a1')
  await call('setWebhook', { url: receiver.url, secret_token: 'se-cret_1' })
  const first = await receiver.next()
  expect(first.headers).toMatchObject({
    'content-type': 'application/json',
    'x-telegram-bot-api-secret-token': 'se-cret_1',
  })
  expect(first.update).toMatchObject({ update_id: expect.any(Number), message: { text: 'a1' } })
  alice.sends('a2')
  bob.sends('b1')
  const second = await receiver.next()
  expect(second.update.message.text).toBe('b1')
  expect(receiver.waitingCount()).toBe(0)
  first.answer()
  const third = await receiver.next()
  expect(third.update.message.text).toBe('a2')
  second.answer()
  third.answer({ status: 204 })
  await until(() => bot.updates.pending().length === 0)
})

test('tries again at once, then after 2, 4, 8 … 60 seconds, and keeps the order of the chat', async () => {
  using stage = createStage()
  await using receiver = await startReceiver()
  const { clock, alice, call, bot, until } = stage
  await call('setWebhook', { url: receiver.url })
  alice.sends('1')
  alice.sends('2')
  const fail = async () => {
    const delivery = await receiver.next()
    expect(delivery.update.message.text).toBe('1')
    delivery.answer({ status: 500 })
  }
  await fail()
  await fail()
  for (const delaySeconds of [2, 4, 8, 16, 32, 60]) {
    await until(() => clock.timerCount > 0)
    clock.advance(delaySeconds * 1000 - 1)
    expect(clock.timerCount).toBe(1)
    clock.advance(1)
    await fail()
  }
  expect(await call('getWebhookInfo')).toMatchObject({
    pending_update_count: 2,
    last_error_date: expect.any(Number),
    last_error_message: 'Wrong response from the webhook: 500 Internal Server Error',
  })
  await until(() => clock.timerCount > 0)
  clock.advance(60_000)
  ;(await receiver.next()).answer()
  const second = await receiver.next()
  expect(second.update.message.text).toBe('2')
  second.answer()
  await until(() => bot.updates.pending().length === 0)
})

test('Retry-After is honoured', async () => {
  using stage = createStage()
  await using receiver = await startReceiver()
  await stage.call('setWebhook', { url: receiver.url })
  stage.alice.sends('1')
  ;(await receiver.next()).answer({ status: 503, headers: { 'retry-after': '30' } })
  await stage.until(() => stage.clock.timerCount > 0)
  stage.clock.advance(29_999)
  expect(stage.clock.timerCount).toBe(1)
  stage.clock.advance(1)
  ;(await receiver.next()).answer()
})

test('410 Gone ends the webhook once it has stood for 23 hours', async () => {
  using stage = createStage()
  await using receiver = await startReceiver()
  await stage.call('setWebhook', { url: receiver.url })
  stage.alice.sends('1')
  ;(await receiver.next()).answer({ status: 410 })
  ;(await receiver.next()).answer({ status: 410 })
  await stage.until(() => stage.clock.timerCount > 0)
  expect(stage.bot.webhook).toBeDefined()
  stage.clock.advance(23 * 3_600_000 + 1000)
  ;(await receiver.next()).answer({ status: 410 })
  await stage.until(() => stage.bot.webhook === undefined)
  expect(await stage.call('getUpdates')).toMatchObject([{ message: { text: '1' } }])
})

test('an unreachable webhook is told in getWebhookInfo', async () => {
  using stage = createStage()
  const receiver = await startReceiver()
  await receiver[Symbol.asyncDispose]()
  await stage.call('setWebhook', { url: receiver.url })
  stage.alice.sends('1')
  await stage.until(() => stage.clock.timerCount > 0)
  expect(await stage.call('getWebhookInfo')).toMatchObject({
    url: receiver.url,
    pending_update_count: 1,
    last_error_message: 'Connection refused',
  })
})

test('a method in the answer is carried out', async () => {
  using stage = createStage()
  await using receiver = await startReceiver()
  await stage.call('setWebhook', { url: receiver.url })
  stage.alice.sends('1')
  ;(await receiver.next()).answer({
    body: JSON.stringify({ method: 'sendMessage', chat_id: stage.alice.id, text: 'In the answer' }),
  })
  await stage.alice.sees('In the answer')
})

test('a method that would end the delivery, or give a result to nobody, is passed over', async () => {
  using stage = createStage()
  await using receiver = await startReceiver()
  await stage.call('setWebhook', { url: receiver.url })
  for (const method of ['deleteWebhook', 'SETWEBHOOK', 'getMe', 'logOut', 'close']) {
    stage.alice.sends(method)
    ;(await receiver.next()).answer({ body: JSON.stringify({ method }) })
  }
  await stage.until(() => stage.bot.updates.pending().length === 0)
  expect(stage.bot.webhook?.url).toBe(receiver.url)
})

test('delivers to many chats at once without a warning of forgotten listeners', async () => {
  await using receiver = await startReceiver()
  using world = createWorld()
  const bot = world.createBot({ username: 'hello_bot' })
  const warnings: Error[] = []
  const note = (warning: Error) => warnings.push(warning)
  process.on('warning', note)
  await world.call(bot, 'setWebhook', { url: receiver.url, max_connections: 40 })
  for (let person = 1; person <= 30; person++)
    world.createPerson({ firstName: `Person ${person}` }).sends('hi')
  await expect.poll(() => receiver.waitingCount()).toBe(30)
  for (let delivery = 1; delivery <= 30; delivery++) (await receiver.next()).answer()
  process.off('warning', note)
  expect(warnings).toEqual([])
})

test('a tap may overtake the messages of its chat', async () => {
  using stage = createStage()
  await using receiver = await startReceiver()
  const { alice, call } = stage
  alice.sends('1')
  await call('sendMessage', {
    chat_id: alice.id,
    text: 'Sure?',
    reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'y' }]] },
  })
  await call('setWebhook', { url: receiver.url })
  const message = await receiver.next()
  await alice.taps('Yes')
  expect((await receiver.next()).update.callback_query.data).toBe('y')
  message.answer()
})

test('a fixed address is delivered to, whatever the name leads to', async () => {
  using stage = createStage()
  await using receiver = await startReceiver()
  const { alice, call } = stage
  const url = receiver.url.replace('127.0.0.1', 'localhost')
  await expect(call('setWebhook', { url, ip_address: 'nowhere' })).rejects.toThrow('Invalid IP address')
  await call('setWebhook', { url, ip_address: '127.0.0.1' })
  alice.sends('1')
  const delivery = await receiver.next()
  expect(delivery.headers.host).toMatch(/^localhost:/)
  delivery.answer()
  expect(await call('getWebhookInfo')).toMatchObject({ url, ip_address: '127.0.0.1' })
  await call('setWebhook', { url: receiver.url, ip_address: '127.0.0.2' })
  expect(await call('getWebhookInfo')).toMatchObject({ ip_address: '127.0.0.2' })
})

test('while a webhook is set nobody polls, and who polls is told', async () => {
  using stage = createStage()
  await using receiver = await startReceiver()
  const { call, bot } = stage
  const polling = call('getUpdates', { timeout: 50 })
  expect(bot.waitingPoll).toBeDefined()
  const ended = expect(polling).rejects.toThrow('409: Conflict: terminated by setWebhook request')
  await call('setWebhook', { url: receiver.url, allowed_updates: ['message'], max_connections: 500 })
  await ended
  await expect(call('getUpdates')).rejects.toThrow(
    "409: Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
  )
  expect(await call('getWebhookInfo')).toEqual({
    url: receiver.url,
    has_custom_certificate: false,
    pending_update_count: 0,
    max_connections: 100,
    allowed_updates: ['message'],
  })
  await call('deleteWebhook')
  expect(await call('getUpdates')).toEqual([])
  expect(await call('getWebhookInfo')).toMatchObject({ url: '', pending_update_count: 0 })
})

test('drop_pending_updates drops them', async () => {
  using stage = createStage()
  stage.alice.sends('1')
  await stage.call('deleteWebhook', { drop_pending_updates: true })
  expect(await stage.call('getUpdates')).toEqual([])
})

test.each([
  ['http://example.org/x', 'bad webhook: An HTTPS URL must be provided for webhook'],
  ['https://example.org:8080/x', 'bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443'],
  ['nonsense', 'bad webhook: Failed to resolve host: Name or service not known'],
  ['ftp://127.0.0.1/', 'invalid webhook URL specified'],
  ['https://a b', 'invalid webhook URL specified'],
])('setWebhook refuses %s', async (url, reason) => {
  using stage = createStage()
  await expect(stage.call('setWebhook', { url })).rejects.toThrow(`400: Bad Request: ${reason}`)
})

test('setWebhook refuses secrets that no header carries', async () => {
  using stage = createStage()
  const set = (secret_token: string) =>
    stage.call('setWebhook', { url: 'https://example.org/', secret_token })
  await expect(set('a b')).rejects.toThrow('Bad Request: secret token contains unallowed characters')
  await expect(set('a'.repeat(257))).rejects.toThrow('Bad Request: secret token is too long')
})
