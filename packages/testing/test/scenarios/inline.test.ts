/** Messages that come by way of a bot: chosen results, Mini Apps, edits by inline ids, on both faces. */
import { describe, expect, test } from 'vitest'
import { faces, openStage } from './stage.js'

const keyboard = { inline_keyboard: [[{ text: 'More', callback_data: 'more' }]] }
const article = {
  type: 'article',
  id: 'a',
  title: 'A',
  input_message_content: { message_text: '<b>Hi</b>', parse_mode: 'HTML' },
}

describe.each(faces)('%s', (face) => {
  test('a person sends a result; the bot edits what came of it', async () => {
    await using stage = await openStage(face)
    const { call, refusal, alice, bot, world, updates } = stage
    const group = world.createGroup({ title: 'Team', members: [alice], bots: [] })
    const query = alice.queries(bot, 'hi')
    const place = { type: 'location', id: 'b', title: 'Here', latitude: 48, longitude: 16 }
    const results = [{ ...article, reply_markup: keyboard }, place]
    await call('answerInlineQuery', { inline_query_id: query.queryId, results })
    updates()
    const message = alice.chooses(query, 'a', { in: group })
    expect(message).toMatchObject({
      text: 'Hi',
      entities: [{ type: 'bold' }],
      via_bot: { id: bot.id },
      from: { id: alice.id },
    })
    const [{ chosen_inline_result }] = updates()
    expect(chosen_inline_result).toMatchObject({ result_id: 'a', query: 'hi' })
    const { inline_message_id } = chosen_inline_result
    await alice.taps('More', { in: group })
    expect(updates()).toMatchObject([{ callback_query: { inline_message_id, data: 'more' } }])
    expect(await call('editMessageText', { chat_id: '', inline_message_id, text: 'Edited' })).toBe(true)
    expect(group.message(message.message_id)).toMatchObject({ text: 'Edited' })
    expect(await refusal('editMessageText', { chat_id: '', inline_message_id, text: 'Edited' })).toContain(
      'message is not modified',
    )
    expect(await refusal('editMessageText', { chat_id: '', inline_message_id: 'x', text: 'y' })).toBe(
      'Bad Request: MESSAGE_ID_INVALID',
    )
    expect(await refusal('editMessageText', { chat_id: '', text: 'y' })).toBe(
      'Bad Request: message identifier is not specified',
    )
    expect(alice.chooses(query, 'b')).toMatchObject({ location: { latitude: 48 } })
    expect(() => alice.chooses(query, 'c')).toThrow(expect.objectContaining({ code: 'RESULT_UNKNOWN' }))
  })

  test('results of every kind become messages', async () => {
    await using stage = await openStage(face)
    const { call, alice, bot } = stage
    const { document } = await call('sendDocument', {}, { document: Buffer.from('x') })
    const results = [
      { type: 'document', id: '1', title: 'D', document_file_id: document.file_id, caption: 'Read' },
      {
        type: 'photo',
        id: '2',
        photo_url: 'https://example.org/a.jpg',
        thumbnail_url: 'https://example.org/t.jpg',
      },
      { type: 'contact', id: '3', phone_number: '+43', first_name: 'Bob' },
      { type: 'venue', id: '4', latitude: 1, longitude: 2, title: 'V', address: 'Ring' },
      { type: 'game', id: '5', game_short_name: 'chess' },
    ]
    const query = alice.queries(bot, '')
    await call('answerInlineQuery', { inline_query_id: query.queryId, results })
    const sent = results.map(({ id }) => alice.chooses(query, id))
    expect(sent).toMatchObject([
      { document: { file_id: document.file_id }, caption: 'Read' },
      { photo: [{ width: 90 }, { width: 320 }, { width: 640, height: 480 }] },
      { contact: { first_name: 'Bob' } },
      { venue: { title: 'V' }, location: { latitude: 1 } },
      { game: { title: 'chess' } },
    ])
  })

  test('a Mini App that a button has opened sends one message', async () => {
    await using stage = await openStage(face)
    const { call, refusal, alice, bot } = stage
    alice.opensMiniApp(bot, { queryId: 'q1' })
    const answer = { web_app_query_id: 'q1', result: article }
    const { inline_message_id } = await call('answerWebAppQuery', answer)
    expect(alice.transcript().at(-1)).toMatchObject({ from: 'Alice', text: 'Hi' })
    expect(await refusal('answerWebAppQuery', answer)).toBe('Bad Request: QUERY_ID_INVALID')
    expect(
      await call('editMessageReplyMarkup', { chat_id: '', inline_message_id, reply_markup: keyboard }),
    ).toBe(true)
  })

  test('messages and buttons are prepared for Mini Apps to share', async () => {
    await using stage = await openStage(face)
    const { call, refusal, alice } = stage
    const prepared = { user_id: alice.id, result: article }
    expect(await refusal('savePreparedInlineMessage', prepared)).toBe(
      'Bad Request: at least one chat type must be allowed',
    )
    const saved = await call('savePreparedInlineMessage', { ...prepared, allow_user_chats: true })
    expect(saved.expiration_date).toBeGreaterThan(1_800_000_000)
    const button = { text: 'Who?', request_users: { request_id: 1 } }
    expect(await call('savePreparedKeyboardButton', { user_id: alice.id, button })).toMatchObject({
      id: expect.any(String),
    })
    expect(
      await refusal('savePreparedKeyboardButton', { user_id: alice.id, button: { text: 'x' } }),
    ).toContain('BUTTON_TYPE_INVALID')
    expect(
      await refusal('savePreparedInlineMessage', { ...prepared, user_id: 42, allow_bot_chats: true }),
    ).toBe('Bad Request: user not found')
  })

  test('drafts grow before the eyes of one person, and are no messages', async () => {
    await using stage = await openStage(face)
    const { call, refusal, world, alice } = stage
    const seen: string[] = []
    world.state.events.subscribe((event) => {
      if (event.kind === 'draft') seen.push(event.text)
    })
    for (const text of ['Once', 'Once upon', '']) await call('sendMessageDraft', { draft_id: 7, text })
    expect(seen).toEqual(['Once', 'Once upon', ''])
    expect(alice.transcript()).toHaveLength(1)
    expect(await refusal('sendMessageDraft', { text: 'x', draft_id: 0 })).toContain(
      'invalid draft_id specified',
    )
    const group = world.createGroup({ title: 'Team', bots: [...world.bots] })
    expect(await refusal('sendMessageDraft', { chat_id: group.id, draft_id: 1, text: 'x' })).toContain(
      'method is available only in private chats',
    )
  })
})
