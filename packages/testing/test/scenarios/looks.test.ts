/** How chats, members and bots appear: photos, sticker sets, titles, tags, boosts, topics, reactions, places, on both faces. */
import { describe, expect, test } from 'vitest'
import { type Face, faces, openStage } from './stage.js'

/** A PNG of this size, enough for whoever reads its header. */
function png(width: number, height: number): Buffer {
  const header = Buffer.alloc(33)
  header.writeUInt32BE(0x89504e47)
  header.writeUInt32BE(width, 16)
  header.writeUInt32BE(height, 20)
  return header
}

async function openForum(face: Face, bot: object = {}) {
  const stage = await openStage(face)
  const { world, alice } = stage
  const guard = world.createBot({ username: 'guard_bot', ...bot })
  const bob = world.createPerson({ firstName: 'Bob' })
  const group = world.createGroup({
    title: 'Team',
    owner: alice,
    members: [bob],
    administrators: [stage.bot, guard],
    isForum: true,
  })
  const there = { chat_id: group.id }
  return {
    ...stage,
    guard,
    bob,
    group,
    call: (method: string, values: object = {}, files = {}): Promise<any> =>
      stage.call(method, { ...there, ...values }, files),
    refusal: (method: string, values: object = {}, files = {}) =>
      stage.refusal(method, { ...there, ...values }, files),
    [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
  }
}

describe.each(faces)('%s', (face) => {
  test('a chat gets a photo and a sticker set, and loses them', async () => {
    await using stage = await openForum(face)
    const { call, refusal, alice, updates } = stage
    await call('setChatPhoto', {}, { photo: png(160, 160) })
    expect((await call('getChat')).photo.small_file_id).toEqual(expect.any(String))
    expect(await refusal('setChatPhoto', { photo: 'x' })).toBe(
      'Bad Request: photo must be uploaded as an InputFile',
    )
    expect(await refusal('setChatPhoto')).toBe('Bad Request: there is no photo in the request')
    expect(await refusal('setChatPhoto', { chat_id: alice.id }, { photo: png(9, 9) })).toBe(
      "Bad Request: can't change private chat photo",
    )
    await call('deleteChatPhoto')
    expect(updates()).toMatchObject([
      { message: { new_chat_photo: [{ width: 90 }, { width: 160 }] } },
      { message: { delete_chat_photo: true } },
    ])
    expect(await refusal('deleteChatPhoto')).toBe('Bad Request: CHAT_NOT_MODIFIED')
    expect(await refusal('setChatStickerSet', { sticker_set_name: 'none' })).toBe(
      'Bad Request: STICKERSET_INVALID',
    )
    const name = 'x_by_greeter_bot'
    const stickers = [{ sticker: 'attach://a', format: 'static', emoji_list: ['🙂'] }]
    await call('createNewStickerSet', { user_id: alice.id, name, title: 'X', stickers }, { a: png(512, 512) })
    await call('setChatStickerSet', { sticker_set_name: name })
    expect(await call('getChat')).toMatchObject({ sticker_set_name: name, can_set_sticker_set: true })
    await call('deleteChatStickerSet')
    expect((await call('getChat')).sticker_set_name).toBeUndefined()
  })

  test('administrators have titles, members tags', async () => {
    await using stage = await openForum(face)
    const { call, refusal, alice, bob, group, updates } = stage
    const user_id = bob.id
    expect(await refusal('setChatAdministratorCustomTitle', { user_id, custom_title: 'x' })).toBe(
      'Bad Request: user is not an administrator',
    )
    expect(await refusal('setChatAdministratorCustomTitle', { user_id: alice.id, custom_title: 'x' })).toBe(
      'Bad Request: only creator can edit their custom title',
    )
    await call('setChatMemberTag', { user_id, tag: 'cook' })
    bob.sends('hi', { in: group })
    expect(updates()).toMatchObject([{ message: { sender_tag: 'cook' } }])
    expect(await call('getChatMember', { user_id })).toMatchObject({ status: 'member', tag: 'cook' })
    await call('promoteChatMember', { user_id, can_pin_messages: true })
    await call('setChatAdministratorCustomTitle', { user_id, custom_title: 'Chef' })
    expect(await call('getChatMember', { user_id })).toMatchObject({ custom_title: 'Chef' })
    expect(await refusal('setChatAdministratorCustomTitle', { user_id, custom_title: '🙂' })).toBe(
      'Bad Request: ADMIN_RANK_EMOJI_NOT_ALLOWED',
    )
    expect(await refusal('setChatMemberTag', { user_id, tag: 'x' })).toContain(
      'user is an administrator of the chat',
    )
  })

  test('a channel that is banned speaks no more', async () => {
    await using stage = await openForum(face)
    const { call, refusal, alice, group, world, updates } = stage
    const channel = world.createChannel({ title: 'News', owner: alice })
    alice.sends('as a channel', { in: group, as: channel })
    expect(updates()).toMatchObject([
      { message: { sender_chat: { id: channel.id }, from: { is_bot: true } } },
    ])
    await call('banChatSenderChat', { sender_chat_id: channel.id })
    expect(() => alice.sends('again', { in: group, as: channel })).toThrow(
      expect.objectContaining({ code: 'CHAT_NOT_ALLOWED' }),
    )
    await call('unbanChatSenderChat', { sender_chat_id: channel.id })
    alice.sends('again', { in: group, as: channel })
    expect(await refusal('banChatSenderChat', { sender_chat_id: alice.id })).toBe(
      'Bad Request: PARTICIPANT_ID_INVALID',
    )
  })

  test('boosts are told and listed; verification is for the bots of organisations', async () => {
    await using stage = await openForum(face, { isVerifier: true })
    const { call, callAs, refusal, bob, guard, group, bot } = stage
    await call('getUpdates', { allowed_updates: ['chat_boost'] })
    bob.boosts(group)
    expect(stage.updates(bot)).toMatchObject([
      { chat_boost: { boost: { source: { source: 'premium', user: { id: bob.id } } } } },
    ])
    expect((await call('getUserChatBoosts', { user_id: bob.id })).boosts).toHaveLength(1)
    expect(await refusal('verifyUser', { user_id: bob.id })).toBe('Bad Request: BOT_VERIFIER_FORBIDDEN')
    for (const method of ['verifyUser', 'removeUserVerification']) {
      expect(await callAs(guard, method, { user_id: bob.id })).toBe(true)
    }
    for (const method of ['verifyChat', 'removeChatVerification']) {
      expect(await callAs(guard, method, { chat_id: group.id })).toBe(true)
    }
    expect(await refusal('removeChatVerification')).toContain('BOT_VERIFIER_FORBIDDEN')
  })

  test('a bot that guards a chat answers requests to join', async () => {
    await using stage = await openForum(face, { guardsChats: true })
    const { call, callAs, world, guard, group, bot } = stage
    const { invite_link } = await call('createChatInviteLink', { creates_join_request: true })
    const answers = [
      ['approve', 'member'],
      ['decline', 'left'],
      ['queue', 'left'],
    ] as const
    for (const [result, status] of answers) {
      const carl = world.createPerson({ firstName: 'Carl' })
      carl.joins(group, { link: { invite_link } })
      const request = stage
        .updates(guard)
        .map(({ chat_join_request }) => chat_join_request)
        .find(Boolean)
      expect(request.from.id).toBe(carl.id)
      const chat_join_request_query_id = request.query_id
      const web_app_url = 'https://example.org/captcha'
      expect(
        await callAs(guard, 'sendChatJoinRequestWebApp', { chat_join_request_query_id, web_app_url }),
      ).toBe(true)
      expect(await callAs(guard, 'answerChatJoinRequestQuery', { chat_join_request_query_id, result })).toBe(
        true,
      )
      expect(await call('getChatMember', { user_id: carl.id })).toMatchObject({ status })
      await expect(
        callAs(guard, 'answerChatJoinRequestQuery', { chat_join_request_query_id, result }),
      ).rejects.toThrow('query is too old')
      expect(group.settings.joinRequests.has(carl.id)).toBe(result === 'queue')
    }
    expect(
      stage.updates(bot).find(({ chat_join_request }) => chat_join_request).chat_join_request.query_id,
    ).toBeUndefined()
    expect((await callAs(guard, 'getMe')).supports_join_request_queries).toBe(true)
  })

  test('people come into a channel for as long as they pay', async () => {
    await using stage = await openForum(face)
    const { call, refusal, world, bot, group } = stage
    const channel = world.createChannel({ title: 'News', bots: [bot] })
    const there = { chat_id: channel.id, subscription_period: 2_592_000, subscription_price: 5 }
    const link = await call('createChatSubscriptionInviteLink', there)
    expect(link).toMatchObject({ subscription_period: 2_592_000, subscription_price: 5 })
    const named = await call('editChatSubscriptionInviteLink', {
      ...there,
      invite_link: link.invite_link,
      name: 'Club',
    })
    expect(named).toMatchObject({ ...link, name: 'Club' })
    expect(await refusal('createChatSubscriptionInviteLink', { ...there, chat_id: group.id })).toContain(
      'CHANNEL_INVALID',
    )
    expect(await refusal('createChatSubscriptionInviteLink', { ...there, subscription_period: 1 })).toContain(
      'SUBSCRIPTION_PERIOD_INVALID',
    )
  })

  test('the general topic has a name, and pins go topic by topic', async () => {
    await using stage = await openForum(face)
    const { call, refusal, group } = stage
    await call('editGeneralForumTopic', { name: 'Lobby' })
    expect(await refusal('editGeneralForumTopic', { name: 'Lobby' })).toBe('Bad Request: TOPIC_NOT_MODIFIED')
    // It is also the topic 1, though no message is sent there by that number.
    const general = { message_thread_id: 1 }
    expect(await refusal('editForumTopic', { ...general, name: 'Lobby' })).toContain('TOPIC_NOT_MODIFIED')
    await call('closeForumTopic', general)
    expect(await refusal('closeGeneralForumTopic')).toContain('TOPIC_NOT_MODIFIED')
    await call('reopenForumTopic', general)
    expect(await refusal('sendMessage', { ...general, text: 'a' })).toContain('message thread not found')
    expect(await refusal('deleteForumTopic', general)).toContain('TOPIC_ID_INVALID')
    const { message_thread_id } = await call('createForumTopic', { name: 'Plans' })
    const inGeneral = await call('sendMessage', { text: 'a' })
    const inTopic = await call('sendMessage', { text: 'b', message_thread_id })
    const pin = async () => {
      for (const { message_id } of [inGeneral, inTopic]) await call('pinChatMessage', { message_id })
    }
    await pin()
    await call('unpinAllForumTopicMessages', { message_thread_id })
    expect([...group.settings.pinnedIds]).toEqual([inGeneral.message_id])
    await pin()
    await call('unpinAllGeneralForumTopicMessages')
    expect([...group.settings.pinnedIds]).toEqual([inTopic.message_id])
    expect(await refusal('unpinAllForumTopicMessages', { message_thread_id: 99 })).toBe(
      'Bad Request: TOPIC_ID_INVALID',
    )
  })

  test("an administrator takes people's reactions away", async () => {
    await using stage = await openForum(face)
    const { call, refusal, bob, group } = stage
    const { message_id } = await call('sendMessage', { text: 'x' })
    const message = group.message(message_id) as any
    const reactions = () => group.settings.reactionsOf(message_id).get(bob.id)
    bob.reacts(message, '👍')
    await call('deleteMessageReaction', { message_id, user_id: bob.id })
    expect(reactions()).toBeUndefined()
    bob.reacts(message, '👍')
    await call('deleteAllMessageReactions', { user_id: bob.id })
    expect(reactions()).toBeUndefined()
    expect(await refusal('deleteMessageReaction', { message_id })).toContain('invalid user_id specified')
  })

  test('profiles: the bot has a photo, a person a status that they allow', async () => {
    await using stage = await openForum(face)
    const { call, refusal, alice, bot } = stage
    const photo = { type: 'static', photo: 'attach://a' }
    await call('setMyProfilePhoto', { photo }, { a: png(640, 640) })
    expect(await call('getUserProfilePhotos', { user_id: bot.id })).toMatchObject({
      total_count: 1,
      photos: [[{ width: 90 }, { width: 320 }, { width: 640 }]],
    })
    expect(await refusal('setMyProfilePhoto', { photo }, { a: png(1, 1) })).toBe(
      'Bad Request: PHOTO_CROP_SIZE_SMALL',
    )
    await call('removeMyProfilePhoto')
    expect(await call('getUserProfilePhotos', { user_id: bot.id })).toEqual({ total_count: 0, photos: [] })
    expect(await call('getUserProfileAudios', { user_id: alice.id })).toEqual({ total_count: 0, audios: [] })
    expect(await call('getUserPersonalChatMessages', { user_id: alice.id, limit: 1 })).toEqual([])
    const status = { user_id: alice.id, emoji_status_custom_emoji_id: '5434144690511290129' }
    expect(await refusal('setUserEmojiStatus', status)).toBe('Bad Request: USER_PERMISSION_DENIED')
    alice.allowsEmojiStatus(bot)
    await call('setUserEmojiStatus', status)
    expect(await call('getChat', { chat_id: alice.id })).toMatchObject({
      emoji_status_custom_emoji_id: status.emoji_status_custom_emoji_id,
    })
  })

  test('a live location moves until it is stopped or over', async () => {
    await using stage = await openStage(face)
    const { call, refusal, clock } = stage
    const place = { latitude: 48, longitude: 16 }
    const sent = await call('sendLocation', { ...place, live_period: 60, heading: 90 })
    expect(sent.location).toEqual({ ...place, live_period: 60, heading: 90 })
    const { message_id } = sent
    const moved = await call('editMessageLiveLocation', { message_id, latitude: 49, longitude: 16 })
    expect(moved.location).toEqual({ latitude: 49, longitude: 16, live_period: 60 })
    const stopped = await call('stopMessageLiveLocation', { message_id })
    expect(stopped.location).toEqual({ latitude: 49, longitude: 16 })
    expect(await refusal('stopMessageLiveLocation', { message_id })).toBe(
      'Bad Request: there is no live location in the message to edit',
    )
    const second = await call('sendLocation', { ...place, live_period: 60 })
    clock.advance(60_000)
    expect(
      await refusal('editMessageLiveLocation', { message_id: second.message_id, ...place, longitude: 1 }),
    ).toBe("Bad Request: message can't be edited")
    expect(await refusal('sendLocation', { ...place, live_period: 59 })).toBe(
      'Bad Request: wrong live location period specified',
    )
    expect(await refusal('sendLocation', { ...place, live_period: 60, heading: 361 })).toContain(
      'wrong live location heading specified',
    )
  })

  test('a live photo is a picture with a video behind it', async () => {
    await using stage = await openStage(face)
    const { call } = stage
    const sent = await call(
      'sendLivePhoto',
      { caption: 'Look' },
      { live_photo: Buffer.from('mp4'), photo: png(4, 3) },
    )
    expect(sent).toMatchObject({
      caption: 'Look',
      live_photo: { photo: [{ width: 4 }], file_size: 3 },
      photo: [{ width: 4 }],
    })
    const media = { type: 'live_photo', media: 'attach://v', photo: 'attach://p', caption: 'New' }
    const edited = await call(
      'editMessageMedia',
      { message_id: sent.message_id, media },
      { v: Buffer.from('video'), p: png(8, 6) },
    )
    expect(edited).toMatchObject({ caption: 'New', live_photo: { file_size: 5 }, photo: [{ width: 8 }] })
  })

  test('a file at a far address is taken to be there', async () => {
    await using stage = await openStage(face)
    const { call, refusal } = stage
    const url = 'https://example.org/pictures/cat.jpg'
    expect(await call('sendPhoto', { photo: url })).toMatchObject({
      photo: [{ width: 90 }, { width: 320 }, { width: 640 }],
    })
    expect(await call('sendDocument', { document: url })).toMatchObject({
      document: { file_name: 'cat.jpg' },
    })
    expect(
      await call('sendMediaGroup', {
        media: [
          { type: 'photo', media: url },
          { type: 'photo', media: url },
        ],
      }),
    ).toHaveLength(2)
    expect(await refusal('sendPhoto', { photo: 'https://nowhere.invalid/a.jpg' })).toContain(
      'failed to get HTTP URL content',
    )
  })

  test('what is wrong with documents of Telegram Passport is told', async () => {
    await using stage = await openStage(face)
    const { call, refusal, alice } = stage
    const error = {
      source: 'unspecified',
      type: 'personal_details',
      element_hash: Buffer.alloc(32).toString('base64'),
      message: 'Blurred',
    }
    const tell = (more: object) =>
      refusal('setPassportDataErrors', { user_id: alice.id, errors: [{ ...error, ...more }] })
    expect(await call('setPassportDataErrors', { user_id: alice.id, errors: [error] })).toBe(true)
    expect(await tell({ type: 'x' })).toBe(
      "Bad Request: can't parse PassportElementError: wrong Telegram Passport element type specified",
    )
    expect(await tell({ element_hash: '!' })).toContain("hash isn't a valid base64-encoded string")
    expect(await tell({ element_hash: 'eA==' })).toBe('Bad Request: HASH_SIZE_INVALID')
    expect(await tell({ source: 'files' })).toContain(`Can't find field "file_hashes"`)
    expect(await tell({ source: 'x' })).toContain('wrong source specified')
  })

  test('a bot that has logged out is refused for ten minutes; one that was closed comes back', async () => {
    await using stage = await openStage(face)
    const { call, refusal, alice, bot, clock } = stage
    expect(await call('close')).toBe(true)
    alice.sends('hi')
    expect(await call('logOut')).toBe(true)
    expect(await refusal('getMe')).toBe('Logged out')
    clock.advance(10 * 60_000)
    expect(await call('getMe')).toMatchObject({ id: bot.id })
    expect(bot.updates.pending()).toEqual([])
  })
})
