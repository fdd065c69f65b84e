/** What the playground asks of the control API: groups, files, keys, votes, bad days, and the stream that it draws. */
import { expect, test } from 'vitest'
import { type BotSwitch, createWorld, type ServerOptions, startServer } from '../src/index.js'
import { createApi } from './api.js'

async function startStage(options: ServerOptions = {}) {
  const world = createWorld()
  const bot = world.createBot({ username: 'greeter_bot', firstName: 'Greeter' })
  const alex = world.createPerson({ firstName: 'Alex', languageCode: 'de' })
  const server = await startServer(world, { ...options, defaults: { bot, person: alex } })
  const post = async (action: string, body: object = {}) => {
    const init = { method: 'POST', body: JSON.stringify(body) }
    const response = await fetch(`${server.apiRoot}/control/${action}`, init)
    return { status: response.status, ...((await response.json()) as any) }
  }
  return { world, bot, alex, server, post, api: createApi(server, bot), [Symbol.asyncDispose]: server.stop }
}

/** Reads the stream; `until` resolves with the first event that fits, those of before included. */
async function openStream(apiRoot: string) {
  const abort = new AbortController()
  const response = await fetch(`${apiRoot}/control/playground`, { signal: abort.signal })
  const reader = (response.body as ReadableStream<Uint8Array>)
    .pipeThrough(new TextDecoderStream())
    .getReader()
  const events: any[] = []
  let rest = ''
  let raw = ''
  const until = async (fits: (event: any) => boolean): Promise<any> => {
    for (;;) {
      const found = events.find(fits)
      if (found) return found
      const { value = '', done } = await reader.read()
      if (done) throw new TypeError(`The stream ended before it came: ${JSON.stringify(events)}`)
      raw += value
      const parts = (rest + value).split('\n\n')
      rest = parts.pop() ?? ''
      events.push(...parts.map((part) => JSON.parse(part.replace('data: ', ''))))
    }
  }
  return { until, raw: () => raw, [Symbol.asyncDispose]: async () => abort.abort() }
}

test('the stream begins with everything and tells each change, and no token is ever in it', async () => {
  await using stage = await startStage()
  const { bot, alex, server, post, api } = stage
  await post('say', { text: '/start' })
  await using stream = await openStream(server.apiRoot)
  const { overview, messages } = await stream.until(({ kind }) => kind === 'setup')
  expect(overview).toMatchObject({ bot: { id: bot.id }, personId: alex.id, telegram: { trouble: 'none' } })
  expect(overview.bot).not.toHaveProperty('state')
  expect(Object.values(messages)).toMatchObject([[{ text: '/start' }]])
  await api('sendMessage', { chat_id: alex.id, text: `My token is ${bot.token}` })
  await stream.until(({ kind, message }) => kind === 'message' && message.text.startsWith('My token'))
  await api('setWebhook', { url: '', secret_token: 'kept-from-the-page' })
  const call = await stream.until(({ event }) => event?.method === 'setWebhook')
  expect(call.event.parameters.secret_token).toBe('[secret]')
  expect(stream.raw()).not.toContain(bot.token.split(':')[1])
  expect(stream.raw()).not.toContain('kept-from-the-page')
})

test('people, groups, blocks and menus change the overview', async () => {
  await using stage = await startStage()
  const { world, bot, alex, server, post, api } = stage
  await using stream = await openStream(server.apiRoot)
  const { id } = await post('person', { firstName: 'Maria' })
  await api('setMyCommands', { commands: [{ command: 'start', description: 'Hello' }] })
  await api('setMyCommands', {
    commands: [{ command: 'start', description: 'Hallo' }],
    language_code: 'de',
  })
  await api('setMyCommands', {
    commands: [{ command: 'rules', description: 'Rules' }],
    scope: { type: 'all_group_chats' },
  })
  const group = await post('group', { title: 'Friends', members: [alex.id, id] })
  await post('block', { from: id })
  const { overview } = await stream.until((event) =>
    event.overview?.people.some((person: any) => person.hasBlocked),
  )
  const chatOf = (chatId: number) => overview.chats.find((chat: any) => chat.id === chatId)
  expect(chatOf(group.id)).toMatchObject({ title: 'Friends', memberIds: [alex.id, id], hasBot: true })
  expect(chatOf(group.id).commands[id]).toEqual([{ command: 'rules', description: 'Rules' }])
  expect(chatOf(alex.id).commands[alex.id][0].description).toBe('Hallo')
  expect(chatOf(id).commands[id][0].description).toBe('Hello')
  expect(bot.updates.pending().map(({ update }) => Object.keys(update as object)[1])).toContain(
    'my_chat_member',
  )
  expect(world.people).toHaveLength(2)
})

test('the inspector has each update, and each call with its parameters and how it ended', async () => {
  await using stage = await startStage({ isInspected: true })
  const { alex, server, api } = stage
  alex.sends('/start')
  await api('getUpdates')
  await api('sendMessage', { chat_id: alex.id, text: 'Hello' })
  await api('sendMessage', { chat_id: 1, text: 'Hello' })
  server.inspector.add({ type: 'note', level: 'info', text: 'From the process of the bot' })
  await using stream = await openStream(server.apiRoot)
  const { inspected } = await stream.until(({ kind }) => kind === 'setup')
  expect(inspected).toMatchObject([
    {
      type: 'update',
      kind: 'message',
      chatId: alex.id,
      fromId: alex.id,
      raw: { message: { text: '/start' } },
    },
    { type: 'call', method: 'sendMessage', ok: true, chatId: alex.id, parameters: { text: 'Hello' } },
    { type: 'call', ok: false, errorCode: 400, description: 'Bad Request: chat not found' },
    { type: 'note', text: 'From the process of the bot' },
  ])
})

test('files go both ways without a token; what a browser could run is only to be saved', async () => {
  await using stage = await startStage()
  const { alex, server, post, api } = stage
  const png = Buffer.from('\x89PNG\r\n\x1a\n rest', 'latin1')
  await post('file', { kind: 'photo', content: png.toString('base64'), caption: 'A picture' })
  const script = Buffer.from('<script>alert(1)</script>').toString('base64')
  await post('file', { kind: 'document', content: script, fileName: 'page.html' })
  const [photo, page] = (await api('getUpdates')).result.map((update: any) => update.message)
  expect(photo).toMatchObject({ caption: 'A picture', from: { id: alex.id } })
  const load = (id: string) => fetch(`${server.apiRoot}/control/file?id=${encodeURIComponent(id)}`)
  const shown = await load(photo.photo[0].file_id)
  expect(shown.headers.get('content-type')).toBe('image/png')
  expect(Buffer.from(await shown.arrayBuffer())).toEqual(png)
  const saved = await load(page.document.file_id)
  expect(saved.headers.get('content-type')).toBe('application/octet-stream')
  expect(saved.headers.get('content-disposition')).toBe('attachment')
  expect(saved.headers.get('content-security-policy')).toContain('sandbox')
  expect(await (await load('no-such-file')).json()).toMatchObject({ error: { code: 'FILE_UNKNOWN' } })
})

test('a key of the keyboard is pressed, a certain one of two like buttons tapped, a poll voted in', async () => {
  await using stage = await startStage()
  const { alex, post, api } = stage
  alex.sends('hi')
  const keyboard = [[{ text: 'Tea' }, { text: 'My number', request_contact: true }]]
  await api('sendMessage', { chat_id: alex.id, text: 'Choose', reply_markup: { keyboard } })
  expect(await post('press', { key: 'My number' })).toMatchObject({ ok: true })
  expect(await post('press', { key: 'Milk' })).toMatchObject({ error: { code: 'BUTTON_NOT_FOUND' } })
  const buttons = [
    [
      { text: '+', callback_data: 'a' },
      { text: '+', callback_data: 'b' },
    ],
  ]
  const sent = await api('sendMessage', {
    chat_id: alex.id,
    text: 'More?',
    reply_markup: { inline_keyboard: buttons },
  })
  await post('tap', { messageId: sent.result.message_id, button: '+', row: 0, column: 1 })
  const poll = await api('sendPoll', { chat_id: alex.id, question: 'Which?', options: ['Tea', 'Coffee'] })
  await post('vote', { messageId: poll.result.message_id, options: [1] })
  expect(await post('vote', { messageId: poll.result.message_id, options: 'x' })).toMatchObject({
    error: { code: 'CONTROL_INPUT' },
  })
  const updates = (await api('getUpdates')).result
  expect(updates.map((update: any) => Object.keys(update)[1])).toEqual([
    'message',
    'message',
    'callback_query',
    'poll',
  ])
  expect(updates[1].message.contact.user_id).toBe(alex.id)
  expect(updates[2].callback_query.data).toBe('b')
  expect(updates[3].poll.options[1].voter_count).toBe(1)
})

test('each update comes twice while that is asked for', async () => {
  await using stage = await startStage()
  const { alex, post, api } = stage
  await post('telegram', { sendsTwice: true })
  alex.sends('one')
  await post('telegram', { sendsTwice: false })
  alex.sends('two')
  const texts = (await api('getUpdates')).result.map((update: any) => update.message.text)
  expect(texts).toEqual(['one', 'one', 'two'])
})

test('Telegram refuses, fails, takes its time and is cut off, polls that wait included', async () => {
  await using stage = await startStage()
  const { alex, post, api } = stage
  alex.sends('hi')
  const offset = (await api('getUpdates')).result[0].update_id + 1
  const send = () => api('sendMessage', { chat_id: alex.id, text: 'Hello' })
  await post('telegram', { trouble: 'too-many-requests' })
  expect(await send()).toMatchObject({ status: 429, parameters: { retry_after: 3 } })
  expect(await api('getUpdates', { offset })).toMatchObject({ status: 200 })
  await post('telegram', { trouble: 'server-error' })
  expect(await send()).toMatchObject({ status: 502 })
  await post('telegram', { trouble: 'none', delayMs: 30 })
  const beganAtMs = performance.now()
  expect(await send()).toMatchObject({ ok: true })
  expect(performance.now() - beganAtMs).toBeGreaterThan(25)
  const poll = api('getUpdates', { offset, timeout: 50 })
  const cut = expect(poll).rejects.toThrow('fetch failed')
  await post('telegram', { trouble: 'cut', delayMs: 0 })
  await cut
  await expect(send()).rejects.toThrow('fetch failed')
  expect(await post('telegram', { trouble: 'rain' })).toMatchObject({ error: { code: 'CONTROL_INPUT' } })
})

test('the bot is stopped and started where the server was given the means, and not elsewhere', async () => {
  let state: BotSwitch['state'] = 'running'
  const botSwitch: BotSwitch = {
    get state() {
      return state
    },
    start: async () => {
      state = 'running'
    },
    stop: async () => {
      state = 'stopped'
    },
  }
  await using stage = await startStage({ botSwitch })
  const { server, post } = stage
  await using stream = await openStream(server.apiRoot)
  expect(await post('bot', { action: 'stop' })).toMatchObject({ ok: true, state: 'stopped' })
  await stream.until(({ overview }) => overview?.bot.state === 'stopped')
  expect(await post('bot', { action: 'restart' })).toMatchObject({ state: 'running' })
  await using foreign = await startStage()
  expect(await foreign.post('bot', { action: 'stop' })).toMatchObject({ error: { code: 'BOT_NOT_OURS' } })
})
