/** Sending, editing, deleting, forwarding and pinning, on both faces. */
import { describe, expect, test } from 'vitest'
import { faces, openStage } from './stage.js'

const keyboard = (button: object) => ({ inline_keyboard: [[button]] })

describe.each(faces)('%s', (face) => {
  test('texts are marked up in each mode, and by given entities', async () => {
    await using stage = await openStage(face)
    const entities = async (values: object) => (await stage.call('sendMessage', values)).entities
    const bold = [{ type: 'bold', offset: 0, length: 1 }]
    expect(await entities({ text: '<b>x</b>', parse_mode: 'HTML' })).toEqual(bold)
    expect(await entities({ text: '*x*', parse_mode: 'MarkdownV2' })).toEqual(bold)
    expect(await entities({ text: '*x*', parse_mode: 'Markdown' })).toEqual(bold)
    expect(await entities({ text: 'x', entities: bold })).toEqual(bold)
    expect(await entities({ text: '*x*', parse_mode: 'None' })).toBeUndefined()
    expect(await entities({ text: `[A](tg://user?id=${stage.alice.id})`, parse_mode: 'Markdown' })).toEqual([
      { type: 'text_mention', offset: 0, length: 1, user: stage.alice.user },
    ])
    expect(
      await entities({ text: 'x', entities: [{ type: 'mention', offset: 0, length: 1 }] }),
    ).toBeUndefined()
  })

  test.each([
    [
      { text: '*x', parse_mode: 'MarkdownV2' },
      "can't parse entities: Can't find end of Bold entity at byte offset 0",
    ],
    [
      { text: 'x', entities: [{ type: 'bold', offset: 0 }] },
      `can't parse MessageEntity: Can't find field "length"`,
    ],
    [{ text: 'x', entities: [1] }, "can't parse MessageEntity: expected an Object"],
    [
      { text: 'x', entities: [{ type: 'huge', offset: 0, length: 1 }] },
      "can't parse MessageEntity: Unsupported type specified",
    ],
    [
      { text: 'x', entities: [{ type: 'text_link', offset: 0, length: 1, url: 'x' }] },
      'wrong message entity: Wrong HTTP URL',
    ],
    [{ text: 'я'.repeat(20_000) }, 'text is too long'],
    [{ text: 'x', message_thread_id: 7 }, 'message thread not found'],
    [
      { text: 'x', reply_parameters: {}, reply_markup: { inline_keyboard: [1] } },
      'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
    ],
    [{ text: 'x', reply_parameters: { quote: 'x' } }, `can't find field "message_id"`],
    [{ text: 'x', reply_parameters: { message_id: 1, quote: 'ho' } }, 'QUOTE_TEXT_INVALID'],
    [
      { text: 'x', reply_markup: { keyboard: [[{}]] } },
      `can't parse keyboard button: Can't find field "text"`,
    ],
    [{ text: 'x', reply_markup: { keyboard: [[' ']] } }, 'keyboard button text must be non-empty'],
    [
      { text: 'x', reply_markup: { keyboard: [[{ text: 'x', web_app: { url: 'http://a.b' } }]] } },
      "keyboard button Web App URL 'http://a.b' is invalid: Only HTTPS links are allowed",
    ],
    [{ text: 'x', reply_markup: { keyboard: {} } }, 'field "keyboard" must be of type Array'],
    [
      { text: 'x', reply_markup: keyboard({ text: ' ', url: 't.me' }) },
      'inline keyboard button text must be non-empty',
    ],
    [
      { text: 'x', reply_markup: keyboard({ text: 'x', web_app: { url: 'http://a.b' } }) },
      "inline keyboard button Web App URL 'http://a.b' is invalid: Only HTTPS links are allowed",
    ],
    [
      { text: 'x', reply_markup: keyboard({ text: 'x', url: 'http://localhost/' }) },
      "inline keyboard button URL 'http://localhost/' is invalid: Wrong HTTP URL",
    ],
    [{ text: 'x', link_preview_options: 1 }, 'object expected as link preview options'],
    [
      { text: 'x', business_connection_id: 'b' },
      'parameter business_connection_id of sendMessage is known to Telegram but not modelled here',
    ],
  ])('sendMessage refuses %j', async (values, reason) => {
    await using stage = await openStage(face)
    expect(await stage.refusal('sendMessage', values)).toContain(reason)
    expect(stage.alice.transcript()).toHaveLength(1)
  })

  test('buttons come back in their normal form, and quotes with their place', async () => {
    await using stage = await openStage(face)
    const buttons = [
      { text: 'a', url: 'T.me' },
      { text: 'b', web_app: { url: 'https://a.b/c' } },
      { text: 'c', switch_inline_query: '' },
      { text: 'd', copy_text: { text: 'x' } },
      { text: 'e', login_url: { url: 'https://a.b' } },
      { text: 'f', pay: true },
    ]
    const sent = await stage.call('sendMessage', {
      text: 'x',
      reply_parameters: { message_id: 1, quote: 'i' },
      reply_markup: { inline_keyboard: [buttons, []] },
    })
    expect(sent.reply_markup.inline_keyboard).toEqual([
      [
        { text: 'a', url: 'http://t.me/' },
        buttons[1],
        buttons[2],
        buttons[3],
        { text: 'e', url: 'https://a.b/' },
        buttons[5],
      ],
    ])
    expect(sent.quote).toEqual({ text: 'i', position: 1, is_manual: true })
    expect(sent.reply_to_message.text).toBe('hi')
  })

  test('a reply keyboard is tapped by its text, until it is taken away', async () => {
    await using stage = await openStage(face)
    const { alice, call, updates } = stage
    const keys = [['Yes', { text: 'Me', request_contact: true }]]
    const sent = await call('sendMessage', { text: 'Sure?', reply_markup: { keyboard: keys } })
    expect(sent.reply_markup).toBeUndefined()
    await alice.taps('Yes')
    await alice.taps('Me')
    expect(updates()).toMatchObject([
      { message: { text: 'Yes' } },
      { message: { contact: { first_name: 'Alice', user_id: alice.id } } },
    ])
    await call('sendMessage', { text: 'Gone', reply_markup: { remove_keyboard: true } })
    await expect(alice.taps('Yes', { timeoutMs: 0 })).rejects.toMatchObject({ code: 'BUTTON_NOT_FOUND' })
  })

  test('a caption and buttons are edited, the text of a photo is not', async () => {
    await using stage = await openStage(face)
    const { call, refusal } = stage
    const { message_id } = await call('sendDocument', { caption: 'a' }, { document: Buffer.from('x') })
    const edited = await call('editMessageCaption', { message_id, caption: '*b*', parse_mode: 'MarkdownV2' })
    expect(edited).toMatchObject({ caption: 'b', caption_entities: [{ type: 'bold' }], document: {} })
    const markup = keyboard({ text: 'x', callback_data: 'y' })
    expect(await call('editMessageReplyMarkup', { message_id, reply_markup: markup })).toMatchObject({
      caption: 'b',
      reply_markup: markup,
    })
    const same = { message_id, reply_markup: markup }
    expect(await refusal('editMessageReplyMarkup', same)).toContain('message is not modified')
    expect(await refusal('editMessageText', { message_id, text: 'x' })).toContain(
      'there is no text in the message to edit',
    )
    expect((await call('editMessageCaption', { message_id })).caption).toBeUndefined()
    const text = await call('sendMessage', { text: 'x' })
    expect(await refusal('editMessageCaption', { message_id: text.message_id, caption: 'y' })).toContain(
      'there is no caption in the message to edit',
    )
    const media = { type: 'document', media: 'attach://f', caption: 'new' }
    const replaced = await call('editMessageMedia', { message_id, media }, { f: Buffer.from('yy') })
    expect(replaced).toMatchObject({ caption: 'new', document: { file_size: 2 } })
  })

  test('messages are forwarded and copied, one or many', async () => {
    await using stage = await openStage(face)
    const { call, refusal, alice, world, bot } = stage
    const bob = world.createPerson({ firstName: 'Bob' })
    bob.sends('hello', { in: bot })
    const from = { from_chat_id: alice.id, chat_id: bob.id }
    const forwarded = await call('forwardMessage', { ...from, message_id: 1 })
    expect(forwarded).toMatchObject({
      text: 'hi',
      chat: { id: bob.id },
      forward_origin: { type: 'user', sender_user: { id: alice.id } },
    })
    const photo = await call('sendDocument', { caption: 'old' }, { document: Buffer.from('x') })
    const copied = await call('copyMessage', { ...from, message_id: photo.message_id, caption: 'new' })
    expect(Object.keys(copied)).toEqual(['message_id'])
    expect(bob.transcript({ in: bot }).at(-1)).toMatchObject({ text: 'new' })
    const ids = [1, photo.message_id, 999]
    expect(await call('copyMessages', { ...from, message_ids: ids, remove_caption: true })).toHaveLength(2)
    expect(await call('forwardMessages', { ...from, message_ids: ids })).toHaveLength(2)
    expect(await refusal('forwardMessages', { ...from, message_ids: [2, 1] })).toContain(
      'message identifiers must be in a strictly increasing order',
    )
    expect(await refusal('forwardMessages', { ...from, message_ids: [] })).toContain(
      'message identifiers are not specified',
    )
    expect(await refusal('copyMessages', { ...from, message_ids: [999] })).toContain(
      'message to copy not found',
    )
    expect(await refusal('forwardMessage', { ...from, message_id: 999 })).toContain(
      'message to forward not found',
    )
    expect(await refusal('copyMessage', { chat_id: bob.id, message_id: 1 })).toContain(
      'parameter "from_chat_id" is required',
    )
    const secret = await call('sendMessage', { text: 'x', protect_content: true })
    expect(secret.has_protected_content).toBe(true)
    expect(await refusal('forwardMessage', { ...from, message_id: secret.message_id })).toContain(
      "the message can't be forwarded",
    )
  })

  test('several are deleted at once, those that are gone are passed over', async () => {
    await using stage = await openStage(face)
    const { call, refusal, alice, clock } = stage
    await call('sendMessage', { text: 'x' })
    expect(await call('deleteMessages', { message_ids: [1, 2, 99] })).toBe(true)
    expect(alice.transcript()).toEqual([])
    expect(await refusal('deleteMessages', { message_ids: ['x'] })).toContain(
      "can't parse message identifier as Number",
    )
    expect(await refusal('deleteMessages', { message_ids: Array(101).fill(1) })).toContain(
      'too many message identifiers',
    )
    const { message_id } = await call('sendMessage', { text: 'old' })
    clock.advance(49 * 3_600_000)
    expect(await refusal('deleteMessage', { message_id })).toContain("message can't be deleted for everyone")
    const thrown = { message_id: (await call('sendDice')).message_id }
    expect(await refusal('deleteMessage', thrown)).toContain("message can't be deleted for everyone")
    clock.advance(25 * 3_600_000)
    expect(await call('deleteMessage', thrown)).toBe(true)
  })

  test('a message is pinned and unpinned', async () => {
    await using stage = await openStage(face)
    const { call, refusal } = stage
    expect(await call('pinChatMessage', { message_id: 1 })).toBe(true)
    expect((await call('getChat')).pinned_message).toMatchObject({ message_id: 1 })
    expect(await call('unpinChatMessage')).toBe(true)
    expect((await call('getChat')).pinned_message).toBeUndefined()
    expect(await refusal('unpinChatMessage')).toContain('message to unpin not found')
    expect(await refusal('pinChatMessage', { message_id: 99 })).toContain('message to pin not found')
    expect(await call('unpinAllChatMessages')).toBe(true)
  })

  test('bots and people react', async () => {
    await using stage = await openStage(face)
    const { call, refusal, alice, updates } = stage
    const reaction = (emoji: string) => [{ type: 'emoji', emoji }]
    expect(await call('setMessageReaction', { message_id: 1, reaction: reaction('👍') })).toBe(true)
    expect(await refusal('setMessageReaction', { message_id: 1, reaction: reaction('x') })).toContain(
      'REACTION_INVALID',
    )
    expect(
      await refusal('setMessageReaction', {
        message_id: 1,
        reaction: [...reaction('👍'), ...reaction('🔥')],
      }),
    ).toContain('REACTIONS_TOO_MANY')
    expect(await refusal('setMessageReaction', { message_id: 9 })).toContain('message to react not found')
    const { message_id } = await call('sendMessage', { text: 'x' })
    const sent = await alice.sees('x')
    alice.reacts(sent, '🔥')
    expect(updates()).toEqual([])
    await call('getUpdates', { allowed_updates: ['message_reaction'] })
    alice.reacts(sent, '👍')
    expect(updates()).toMatchObject([
      { message_reaction: { message_id, old_reaction: reaction('🔥'), new_reaction: reaction('👍') } },
    ])
    expect(() => alice.reacts({ ...sent, message_id: 99 }, '👍')).toThrow(
      expect.objectContaining({ code: 'MESSAGE_NOT_THERE' }),
    )
  })

  test('who deleted the account cannot be written to', async () => {
    await using stage = await openStage(face)
    stage.alice.deactivates()
    expect(await stage.refusal('sendMessage', { text: 'x' })).toBe('Forbidden: user is deactivated')
  })

  test('an inline query is answered once and in time', async () => {
    await using stage = await openStage(face)
    const { alice, bot, call, refusal, updates, clock } = stage
    const query = alice.queries(bot, 'cats')
    expect(updates()).toMatchObject([{ inline_query: { id: query.queryId, query: 'cats', offset: '' } }])
    const article = { type: 'article', id: '1', title: 'A', input_message_content: { message_text: 'a' } }
    const answer = { inline_query_id: query.queryId, results: [article] }
    const twice = { ...answer, results: [article, article] }
    expect(await refusal('answerInlineQuery', twice)).toContain('RESULT_ID_DUPLICATE')
    expect(await refusal('answerInlineQuery', { ...answer, results: [{ type: 'article' }] })).toContain(
      `can't parse inline query result: Can't find field "id"`,
    )
    expect(await call('answerInlineQuery', answer)).toBe(true)
    expect((await query.answered()).results).toEqual([article])
    expect(await refusal('answerInlineQuery', answer)).toContain('query is too old')
    const late = alice.queries(bot, 'dogs')
    clock.advance(60_000)
    expect(await refusal('answerInlineQuery', { ...answer, inline_query_id: late.queryId })).toContain(
      'query is too old',
    )
  })
})

describe.each(faces)('%s: what is checked when', (face) => {
  test('length and emptiness of a text come after chat, answered and edited message', async () => {
    await using stage = await openStage(face)
    const { call, refusal } = stage
    for (const text of ['x'.repeat(5000), '\u200b']) {
      expect(await refusal('sendMessage', { chat_id: -1, text })).toContain('chat not found')
      const reply_parameters = { message_id: 999 }
      expect(await refusal('sendMessage', { text, reply_parameters })).toContain(
        'message to be replied not found',
      )
      expect(await refusal('editMessageText', { message_id: 999, text })).toContain(
        'message to edit not found',
      )
    }
    const { message_id } = await call('sendMessage', { text: 'x' })
    expect(await refusal('editMessageText', { message_id, text: 'x'.repeat(4097) })).toBe(
      'Bad Request: MESSAGE_TOO_LONG',
    )
    expect(await refusal('editMessageText', { message_id, text: ' \u3000' })).toContain(
      'text must be non-empty',
    )
  })

  test('a preview is told of where it differs from what Telegram does anyway', async () => {
    await using stage = await openStage(face)
    const previewOf = async (text: string, link_preview_options: object) =>
      (await stage.call('sendMessage', { text, link_preview_options })).link_preview_options
    const url = 'https://example.org/a'
    expect(await previewOf(`see ${url}`, { is_disabled: true })).toEqual({ is_disabled: true })
    expect(await previewOf('no link', { is_disabled: true })).toBeUndefined()
    expect(await previewOf(`see ${url}`, { prefer_small_media: true })).toBeUndefined()
    expect(await previewOf('read', { url, prefer_large_media: true })).toEqual({
      url,
      prefer_large_media: true,
    })
    expect((await stage.call('sendMessage', { text: ' \n', link_preview_options: { url } })).text).toBe('')
  })
})
