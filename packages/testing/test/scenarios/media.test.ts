/** Files, albums, places, contacts, dice and polls, on both faces. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { faces, openStage } from './stage.js'

const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const bytes = Buffer.from('bytes')

describe.each(faces)('%s', (face) => {
  test.each([
    ['sendAudio', 'audio', { duration: 3, title: 'T', performer: 'P' }],
    ['sendVideo', 'video', { width: 4, height: 3, duration: 2 }],
    ['sendAnimation', 'animation', { width: 4, height: 3 }],
    ['sendVoice', 'voice', { duration: 3 }],
    ['sendVideoNote', 'video_note', { length: 300 }],
    ['sendSticker', 'sticker', { emoji: '👍' }],
    ['sendDocument', 'document', {}],
  ])('%s sends a file, and sends it again by its id', async (method, field, options) => {
    await using stage = await openStage(face)
    const sent = await stage.call(method, options, { [field]: bytes })
    expect(sent[field]).toMatchObject({ ...options, file_size: bytes.length })
    const { file_id } = sent[field]
    const again = await stage.call(method, { [field]: file_id, ...options })
    expect(again[field]).toEqual(sent[field])
    expect(await stage.call('getFile', { file_id })).toMatchObject({ file_id, file_size: bytes.length })
    expect(await stage.refusal('sendPhoto', { photo: file_id })).toContain("can't use file of type")
  })

  test('a file comes from a loopback address, and from no other', async () => {
    await using stage = await openStage(face)
    const server = createServer((request, response) => {
      if (request.url === '/a.png') response.setHeader('content-type', 'image/png').end(pixel)
      else response.writeHead(404).end()
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const sent = await stage.call('sendPhoto', { photo: `${root}/a.png`, has_spoiler: true })
    expect(sent).toMatchObject({ photo: [{ width: 1, height: 1 }], has_media_spoiler: true })
    expect(await stage.refusal('sendPhoto', { photo: `${root}/none.png` })).toContain(
      'failed to get HTTP URL content',
    )
    server.closeAllConnections()
    server.close()
  })

  test('an album is sent whole, or not at all', async () => {
    await using stage = await openStage(face)
    const { call, refusal, alice } = stage
    const media = [
      { type: 'photo', media: 'attach://a', caption: 'one' },
      { type: 'photo', media: 'attach://a' },
    ]
    const album = await call('sendMediaGroup', { media }, { a: pixel })
    expect(album).toHaveLength(2)
    expect(album[0]).toMatchObject({ caption: 'one', media_group_id: album[1].media_group_id })
    const count = alice.transcript().length
    const refuse = (given: unknown, files = {}) => refusal('sendMediaGroup', { media: given }, files)
    expect(await refuse([media[0]], { a: pixel })).toContain('media group must include 2-10 items')
    expect(await refuse([])).toContain('there are no messages to send')
    expect(await refuse({})).toContain('expected an Array of InputMedia')
    expect(await refuse([{ type: 'animation', media: 'x' }])).toContain(
      `can't parse InputMedia: type "animation" can't be used in sendMediaGroup`,
    )
    expect(await refuse([{ type: 'photo' }, media[0]])).toContain("can't parse InputMedia: media not found")
    const mixed = [media[0], { type: 'document', media: 'attach://a' }]
    expect(await refuse(mixed, { a: pixel })).toContain("document can't be mixed with other media types")
    expect(
      await refuse([media[0], { type: 'photo', media: 'attach://b' }], { a: pixel, b: bytes }),
    ).toContain('IMAGE_PROCESS_FAILED')
    expect(alice.transcript()).toHaveLength(count)
  })

  test('places, contacts and dice', async () => {
    await using stage = await openStage(face)
    const { call, refusal } = stage
    const location = { latitude: 48.2, longitude: 16.4 }
    expect(await call('sendLocation', location)).toMatchObject({ location })
    const venue = { title: 'Opera', address: 'Ring', foursquare_id: 'f' }
    expect(await call('sendVenue', { ...location, ...venue })).toMatchObject({
      venue: { location, ...venue },
    })
    const contact = { phone_number: '+1', first_name: 'Bob' }
    expect(await call('sendContact', contact)).toMatchObject({ contact })
    const { dice } = await call('sendDice', { emoji: '🏀' })
    expect(dice.emoji).toBe('🏀')
    expect(dice.value).toBeGreaterThanOrEqual(1)
    expect(dice.value).toBeLessThanOrEqual(5)
    expect(await refusal('sendLocation', { latitude: 1 })).toContain('longitude is empty')
    expect(await refusal('sendLocation', { latitude: 91, longitude: 0 })).toContain(
      'wrong location specified',
    )
    expect(await refusal('sendContact', { phone_number: '+1' })).toContain(
      'parameter "first_name" is required',
    )
    expect(await refusal('sendDice', { emoji: 'x' })).toContain('EMOTICON_INVALID')
  })

  test('people vote in a poll until it is stopped', async () => {
    await using stage = await openStage(face)
    const { call, refusal, alice, updates } = stage
    const poll = { question: 'Tea?', options: ['Yes', { text: 'No' }], is_anonymous: false }
    const sent = await call('sendPoll', poll)
    expect(sent.poll).toMatchObject({ question: 'Tea?', options: [{ text: 'Yes' }, { text: 'No' }] })
    const described = { ...poll, description: '*At* five', description_parse_mode: 'Markdown' }
    expect((await call('sendPoll', { ...described, allows_revoting: false })).poll).toMatchObject({
      description: 'At five',
      description_entities: [{ type: 'bold', offset: 0, length: 2 }],
      allows_revoting: false,
    })
    expect(await refusal('sendPoll', { ...poll, media: { type: 'photo', media: 'x' } })).toContain(
      'parameter media of sendPoll is known to Telegram but not modelled here',
    )
    alice.votes(sent, 1)
    expect(updates()).toMatchObject([
      { poll: { total_voter_count: 1, options: [{ voter_count: 0 }, { voter_count: 1 }] } },
      { poll_answer: { poll_id: sent.poll.id, user: { id: alice.id }, option_ids: [1] } },
    ])
    alice.votes(sent)
    expect(updates()).toMatchObject([{ poll: { total_voter_count: 0 } }, { poll_answer: { option_ids: [] } }])
    expect(await call('stopPoll', { message_id: sent.message_id })).toMatchObject({ is_closed: true })
    expect(() => alice.votes(sent, 0)).toThrow(expect.objectContaining({ code: 'POLL_NOT_OPEN' }))
    expect(await refusal('stopPoll', { message_id: sent.message_id })).toContain(
      'poll has already been closed',
    )
    expect(await refusal('stopPoll', { message_id: 1 })).toContain('message with poll to stop not found')
    expect(await refusal('sendPoll', { ...poll, options: [''] })).toContain('poll options must be non-empty')
    expect(await refusal('sendPoll', { ...poll, question: '' })).toContain('poll question must be non-empty')
    expect(await refusal('sendPoll', { ...poll, type: 'vote' })).toContain('unsupported poll type specified')
    expect(await refusal('sendPoll', { ...poll, type: 'quiz' })).toContain(
      'wrong correct option ID specified',
    )
    expect((await call('sendPoll', { ...poll, type: 'quiz', correct_option_ids: [0] })).poll).toMatchObject({
      type: 'quiz',
      correct_option_ids: [0],
    })
  })

  test('a poll closes by itself when its time is up, and says so', async () => {
    await using stage = await openStage(face)
    const { call, clock, alice, updates, refusal } = stage
    const poll = { question: 'Tea?', options: ['Yes', 'No'] }
    const nowUnix = clock.nowMs() / 1000
    const short = await call('sendPoll', { ...poll, open_period: 60 })
    expect(short.poll).toMatchObject({ open_period: 60, close_date: nowUnix + 60, is_closed: false })
    const dated = await call('sendPoll', { ...poll, close_date: nowUnix + 90 })
    expect(dated.poll).toMatchObject({ close_date: nowUnix + 90 })
    expect(dated.poll).not.toHaveProperty('open_period')
    const far = await call('sendPoll', { ...poll, open_period: 2_600_000 })
    alice.votes(short, 0)
    updates()
    clock.advance(60_000)
    expect(updates()).toMatchObject([
      {
        poll: { id: short.poll.id, is_closed: true, total_voter_count: 1, options: [{ voter_count: 1 }, {}] },
      },
    ])
    expect(() => alice.votes(short, 1)).toThrow(expect.objectContaining({ code: 'POLL_NOT_OPEN' }))
    await call('stopPoll', { message_id: dated.message_id })
    clock.advance(2_600_000_000)
    expect(updates()).toEqual([])
    expect(await refusal('stopPoll', { message_id: far.message_id })).toContain(
      'poll has already been closed',
    )
    expect((await call('sendPoll', { ...poll, close_date: nowUnix })).poll).not.toHaveProperty('close_date')
  })

  test('what people send can be fetched', async () => {
    await using stage = await openStage(face)
    const { alice, updates, call } = stage
    alice.sendsPhoto({ caption: 'Look /here' })
    alice.sendsDocument({ content: bytes, fileName: 'a.txt' })
    alice.sendsVoice()
    alice.sendsFile('sticker')
    alice.sendsLocation({ latitude: 1, longitude: 2 })
    const messages = updates().map(({ message }) => message)
    expect(messages).toMatchObject([
      {
        photo: [{ width: 90 }, { width: 320 }, { width: 640 }],
        caption: 'Look /here',
        caption_entities: [{ type: 'bot_command' }],
      },
      { document: { file_name: 'a.txt', file_size: 5 } },
      { voice: { duration: 1 } },
      { sticker: { type: 'regular' } },
      { location: { latitude: 1 } },
    ])
    expect(await call('getFile', { file_id: messages[1].document.file_id })).toMatchObject({ file_size: 5 })
    expect(await call('getUserProfilePhotos', { user_id: alice.id })).toEqual({ total_count: 0, photos: [] })
  })
})
