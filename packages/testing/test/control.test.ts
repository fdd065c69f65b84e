/** The control API: scripts speak for people, listen, and are told what they did wrong. */
import { readdirSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createWorld, startServer } from '../src/index.js'

async function startStage() {
  const world = createWorld()
  const bot = world.createBot({ username: 'greeter_bot', firstName: 'Greeter' })
  const alex = world.createPerson({ firstName: 'Alex', username: 'alex' })
  const server = await startServer(world, { defaults: { bot, person: alex } })
  const post = async (action: string, body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${server.apiRoot}/control/${action}`, {
      method: 'POST',
      headers,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    return { status: response.status, ...((await response.json()) as any) }
  }
  const transcript = async (query = '') =>
    ((await (await fetch(`${server.apiRoot}/control/transcript${query}`)).json()) as any).messages
  return { world, bot, alex, server, post, transcript, [Symbol.asyncDispose]: server.stop }
}

test('say and transcript: the default person, oldest first', async () => {
  await using stage = await startStage()
  const { world, bot, alex, post, transcript } = stage
  expect(await transcript()).toEqual([])
  expect(await post('say', { text: '/start' })).toMatchObject({
    status: 200,
    ok: true,
    message: { text: '/start' },
  })
  await world.call(bot, 'sendMessage', { chat_id: alex.id, text: 'Hello' })
  expect(await transcript()).toMatchObject([
    { from: 'Alex', text: '/start', date: expect.any(Number) },
    { from: 'Greeter', text: 'Hello', date: expect.any(Number) },
  ])
})

test('other people speak by id, username or display name', async () => {
  await using stage = await startStage()
  const { post, transcript } = stage
  const { id, name } = await post('person', { firstName: 'Bob', lastName: 'Ray', username: 'bob' })
  expect(name).toBe('Bob Ray')
  for (const from of [id, '@bob', 'Bob Ray'])
    expect(await post('say', { text: 'hi', from })).toMatchObject({ ok: true })
  expect(await transcript(`?person=${id}`)).toHaveLength(3)
  expect(await transcript()).toEqual([])
})

test('tap, edit, block, unblock, reset', async () => {
  await using stage = await startStage()
  const { world, bot, alex, post, transcript } = stage
  const { message } = await post('say', { text: 'hi' })
  const send = () =>
    world.call(bot, 'sendMessage', {
      chat_id: alex.id,
      text: 'Sure?',
      reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'y' }]] },
    })
  const sent = (await send()) as { message_id: number }
  expect((await post('tap', { button: 'Yes' })).queryId).toEqual(expect.any(String))
  expect((await post('tap', { button: 'Yes', messageId: sent.message_id })).queryId).toEqual(
    expect.any(String),
  )
  expect(await post('edit', { messageId: message.id, text: 'ho' })).toMatchObject({ message: { text: 'ho' } })
  await post('block', {})
  await expect(send()).rejects.toThrow('blocked')
  expect(await post('say', { text: 'hi' })).toMatchObject({
    status: 400,
    error: { code: 'PERSON_BLOCKS_BOT' },
  })
  await post('unblock', {})
  const lastId = bot.updates.lastId
  expect(await post('reset', {})).toMatchObject({ ok: true })
  expect(await transcript()).toEqual([])
  await post('say', { text: 'hi' })
  expect(bot.updates.lastId).toBe(lastId + 1)
})

test.each([
  ['say', '{', 'CONTROL_INPUT'],
  ['say', '[]', 'CONTROL_INPUT'],
  ['say', '', 'CONTROL_INPUT'],
  ['say', { text: 7 }, 'CONTROL_INPUT'],
  ['say', { text: ' ' }, 'TEXT_EMPTY'],
  ['say', { text: 'x'.repeat(4097) }, 'TEXT_TOO_LONG'],
  ['say', { text: 'x', from: 'Nobody' }, 'PERSON_UNKNOWN'],
  ['tap', { button: 'x', timeoutMs: 0 }, 'BUTTON_NOT_FOUND'],
  ['tap', { button: 'x', timeoutMs: -1 }, 'CONTROL_INPUT'],
  ['tap', { button: 'x', messageId: 9 }, 'CONTROL_INPUT'],
  ['edit', { messageId: 9, text: 'x' }, 'CONTROL_INPUT'],
  ['person', { firstName: '' }, 'PERSON_NAME_EMPTY'],
])('%s %j is refused with a reason', async (action, body, code) => {
  await using stage = await startStage()
  expect(await stage.post(action, body)).toEqual({
    status: 400,
    ok: false,
    error: { code, message: expect.stringMatching(/\w/) },
  })
})

test('an unknown path names the known ones', async () => {
  await using stage = await startStage()
  expect(await stage.post('dance', {})).toMatchObject({
    status: 404,
    error: { message: expect.stringContaining('say') },
  })
  expect((await fetch(`${stage.server.apiRoot}/control/dance`)).status).toBe(404)
  expect((await fetch(`${stage.server.apiRoot}/favicon.ico`)).status).toBe(404)
})

test('other origins and other host names are turned away', async () => {
  await using stage = await startStage()
  const { server, post, transcript } = stage
  expect(await post('say', { text: 'x' }, { origin: 'https://evil.example' })).toMatchObject({ status: 403 })
  expect(await post('say', { text: 'x' }, { 'sec-fetch-site': 'cross-site' })).toMatchObject({ status: 403 })
  expect(
    await post('say', { text: 'x' }, { origin: server.apiRoot, 'content-type': 'text/plain' }),
  ).toMatchObject({
    status: 403,
  })
  expect(
    await post('say', { text: 'x' }, { origin: server.apiRoot, 'content-type': 'application/json' }),
  ).toMatchObject({ status: 200 })
  expect(await transcript()).toHaveLength(1)
  const rebound = (path: string) =>
    new Promise((resolve, reject) => {
      const headers = { host: `evil.example:${server.port}` }
      request(server.apiRoot + path, { headers }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end()
    })
  for (const path of ['/', '/playground.js', '/control/transcript', '/control/events']) {
    expect(await rebound(path)).toBe(403)
  }
})

test('the page carries a strict policy and asks nobody else', async () => {
  await using stage = await startStage()
  const page = await fetch(stage.server.url)
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
  expect(page.headers.get('content-security-policy')).not.toContain('unsafe')
  for (const path of ['', 'playground.css', 'playground.js']) {
    const text = await (await fetch(stage.server.url + path)).text()
    expect(text.length).toBeGreaterThan(400)
    // The names of XML namespaces look like addresses, and are none.
    expect(text).not.toMatch(/https?:\/\/(?!www\.w3\.org\/)\w/)
  }
  const sources = fileURLToPath(new URL('../src/playground/page/', import.meta.url))
  for (const name of readdirSync(sources)) {
    expect(readFileSync(sources + name, 'utf8')).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write/i)
  }
})

test('without defaults the first bot and person are taken, and Alex is made up', async () => {
  const world = createWorld()
  await using server = await startServer(world)
  const say = async () => {
    const response = await fetch(`${server.apiRoot}/control/say`, { method: 'POST', body: '{"text":"hi"}' })
    return (await response.json()) as any
  }
  expect(await say()).toMatchObject({ ok: false, error: { code: 'BOT_MISSING' } })
  world.createBot({ username: 'greeter_bot' })
  expect(await say()).toMatchObject({ ok: true, message: { from: 'Alex' } })
})
