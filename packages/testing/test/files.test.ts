/** Uploads, downloads, and files that are sent again by their id. */
import { expect, test } from 'vitest'
import { createWorld, startServer } from '../src/index.js'
import { createApi } from './api.js'

// The smallest PNG: one transparent pixel.
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

async function startStage() {
  const world = createWorld()
  const bot = world.createBot({ username: 'greeter_bot' })
  const alice = world.createPerson({ firstName: 'Alice' })
  alice.sends('hi')
  const server = await startServer(world)
  const upload = async (method: string, fields: Record<string, string | Blob>): Promise<any> => {
    const form = new FormData()
    form.set('chat_id', String(alice.id))
    for (const [name, value] of Object.entries(fields)) {
      if (typeof value === 'string') form.set(name, value)
      else form.set(name, value, name === 'photo' ? 'pixel.png' : 'ноты.txt')
    }
    return (await fetch(`${server.apiRoot}/bot${bot.token}/${method}`, { method: 'POST', body: form })).json()
  }
  return {
    world,
    bot,
    alice,
    server,
    upload,
    api: createApi(server, bot),
    [Symbol.asyncDispose]: server.stop,
  }
}

test('a photo is uploaded, measured, downloaded and sent again', async () => {
  await using stage = await startStage()
  const { server, bot, alice, upload, api } = stage
  const { result } = await upload('sendPhoto', {
    photo: new Blob([pixel], { type: 'image/png' }),
    caption: '<b>Look</b>',
    parse_mode: 'HTML',
  })
  expect(result).toMatchObject({ caption: 'Look', caption_entities: [{ type: 'bold' }] })
  expect(result.photo).toMatchObject([{ width: 1, height: 1, file_size: pixel.length }])
  await alice.sees('Look')
  const { file_id } = result.photo[0]
  const file = await api('getFile', { file_id })
  const download = await fetch(`${server.apiRoot}/file/bot${bot.token}/${file.result.file_path}`)
  expect(Buffer.from(await download.arrayBuffer())).toEqual(pixel)
  expect(await api('sendPhoto', { chat_id: alice.id, photo: file_id })).toMatchObject({
    ok: true,
    result: { photo: [{ file_id }] },
  })
})

test('a document keeps its name, under its own field or another', async () => {
  await using stage = await startStage()
  const { upload } = stage
  const content = new Blob(['do re mi'], { type: 'text/plain' })
  const document = { file_name: 'ноты.txt', mime_type: 'text/plain', file_size: 8 }
  expect(await upload('sendDocument', { document: content })).toMatchObject({
    ok: true,
    result: { document },
  })
  expect(await upload('sendDocument', { document: 'attach://score', score: content })).toMatchObject({
    ok: true,
    result: { document },
  })
})

test('refuses what is no file', async () => {
  await using stage = await startStage()
  const { world, alice, upload, api, server, bot } = stage
  const send = (method: string, values: object) => api(method, { chat_id: alice.id, ...values })
  const reason = async (answer: Promise<{ description?: string }>) => (await answer).description
  expect(await reason(upload('sendPhoto', { photo: new Blob(['no image']) }))).toBe(
    'Bad Request: IMAGE_PROCESS_FAILED',
  )
  expect(await reason(upload('sendDocument', { document: new Blob([]) }))).toBe(
    'Bad Request: file must be non-empty',
  )
  expect(await reason(send('sendPhoto', {}))).toBe('Bad Request: there is no photo in the request')
  expect(await reason(send('sendPhoto', { photo: 'x' }))).toBe(
    'Bad Request: wrong file identifier/HTTP URL specified',
  )
  expect(await reason(send('sendPhoto', { photo: 'https://files.invalid/a.png' }))).toBe(
    'Bad Request: failed to get HTTP URL content',
  )
  expect(await reason(send('getFile', { file_id: 'x' }))).toBe('Bad Request: invalid file_id')
  const { result } = await upload('sendDocument', { document: new Blob(['x']), caption: 'x'.repeat(1024) })
  const other = world.createBot({ username: 'other_bot' })
  await expect(world.call(other, 'getFile', { file_id: result.document.file_id })).rejects.toThrow(
    'invalid file_id',
  )
  expect(await reason(upload('sendDocument', { document: new Blob(['x']), caption: 'x'.repeat(1025) }))).toBe(
    'Bad Request: message caption is too long',
  )
  expect((await fetch(`${server.apiRoot}/file/bot${bot.token}/documents/none`)).status).toBe(404)
  expect((await fetch(`${server.apiRoot}/file/bot123456:${'A'.repeat(35)}/documents/none`)).status).toBe(401)
})
