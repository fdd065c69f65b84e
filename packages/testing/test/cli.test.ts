/** hello-telegram: what stands ready, what people can do over the control API, and how it ends. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { startStage } from '../src/cli/stage.js'

async function openStage(isStrict = false) {
  const stage = await startStage({ port: undefined, isStrict })
  const { apiRoot, token } = stage.description
  const post = async (path: string, body: object): Promise<any> => {
    const response = await fetch(apiRoot + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return response.json()
  }
  return {
    ...stage,
    api: (method: string, body: object = {}) => post(`/bot${token}/${method}`, body),
    control: (action: string, body: object = {}) => post(`/control/${action}`, body),
    [Symbol.asyncDispose]: stage.stop,
  }
}

test('a bot, a person who has started it, a forum and a channel stand ready', async () => {
  await using stage = await openStage()
  const { api, description } = stage
  const { botId, userId, groupId, channelId } = description
  expect((await api('getMe')).result.id).toBe(botId)
  expect((await api('getUpdates')).result).toEqual([])
  for (const chat_id of [userId, groupId, channelId]) {
    expect(await api('sendMessage', { chat_id, text: 'x' })).toMatchObject({ ok: true })
  }
  expect((await api('getChat', { chat_id: groupId })).result.is_forum).toBe(true)
  const member = async (chat_id: number, user_id: number) =>
    (await api('getChatMember', { chat_id, user_id })).result.status
  expect(await member(groupId, botId)).toBe('administrator')
  expect(await member(groupId, userId)).toBe('creator')
  expect(await member(channelId, userId)).toBe('creator')
  expect((await api('getStickerSet', { name: 'animals' })).result).toMatchObject({ name: 'Animals' })
  expect(await api('addStickerToSet', { name: 'animals', user_id: userId })).toMatchObject({ ok: false })
})

test('people join, speak in groups, leave; faults and the clock are ordered', async () => {
  await using stage = await openStage()
  const { api, control, description } = stage
  const { groupId: chat } = description
  const { id } = await control('person', { firstName: 'Bob' })
  expect(await control('join', { from: id, chat })).toEqual({ ok: true, joined: true })
  const said = await control('say', { from: id, chat, text: 'hello all' })
  expect(said.message).toMatchObject({ text: 'hello all' })
  expect(
    await control('say', { from: id, chat: 'Hello group', text: 'again', replyTo: said.message.id }),
  ).toMatchObject({ ok: true })
  const transcript = await fetch(`${description.apiRoot}/control/transcript?chat=${chat}`)
  expect(((await transcript.json()) as any).messages).toHaveLength(3)
  await control('leave', { from: id, chat })
  expect((await api('getUpdates')).result).toHaveLength(4)
  expect(await control('join', { chat: 'Nowhere' })).toMatchObject({ error: { code: 'CONTROL_INPUT' } })
  expect(await control('leave', {})).toMatchObject({ error: { code: 'CONTROL_INPUT' } })
  await control('fault', {
    method: 'getMe',
    kind: 'error',
    errorCode: 429,
    description: 'Too Many Requests: retry after 3',
    parameters: { retry_after: 3 },
  })
  expect(await api('getMe')).toMatchObject({ error_code: 429, parameters: { retry_after: 3 } })
  for (const fault of [{ kind: 'hang' }, { kind: 'cut', when: 'after' }, { kind: 'html', status: 502 }]) {
    expect(await control('fault', { method: 'close', ...fault })).toEqual({ ok: true })
  }
  expect(await control('fault', { method: 'getMe', kind: 'bang' })).toMatchObject({
    error: { code: 'CONTROL_INPUT' },
  })
  const before = await control('clock', {})
  const after = await control('clock', { advanceMs: 60_000 })
  expect(after.nowUnix - before.nowUnix).toBeGreaterThanOrEqual(60)
})

test('a long poll ends when the clock is moved beyond it', async () => {
  await using stage = await openStage()
  const polling = stage.api('getUpdates', { timeout: 50 })
  const [bot] = stage.world.bots
  while (!bot?.waitingPoll) await new Promise(setImmediate)
  await stage.control('clock', { advanceMs: 10_000 })
  await stage.control('clock', { advanceMs: 40_000 })
  expect((await polling).result).toEqual([])
})

test('PORT_INVALID: what is no port', async () => {
  for (const port of ['x', '-1', '65536']) {
    await expect(startStage({ port, isStrict: false })).rejects.toMatchObject({ code: 'PORT_INVALID' })
  }
})

test('the command prints one line, and ends on a signal', async () => {
  const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', main, '--strict'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(createInterface(child.stdout), 'line')
  const description = JSON.parse(line)
  expect(Object.keys(description)).toEqual(['apiRoot', 'token', 'botId', 'userId', 'groupId', 'channelId'])
  const answer = await fetch(`${description.apiRoot}/bot${description.token}/getMe?strange=1`)
  expect(answer.status).toBe(400)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})
