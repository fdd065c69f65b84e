/** Groups, forums, channels: members, rights, topics, links and requests, on both faces. */
import { describe, expect, test } from 'vitest'
import { type Face, faces, openStage } from './stage.js'

async function openGroup(face: Face, more: object = {}) {
  const stage = await openStage(face)
  const { world, alice, bot } = stage
  const bob = world.createPerson({ firstName: 'Bob' })
  const group = world.createGroup({
    title: 'Team',
    owner: alice,
    members: [bob],
    administrators: [bot],
    isForum: true,
    ...more,
  })
  const inGroup = (values: object = {}) => ({ chat_id: group.id, ...values })
  return {
    ...stage,
    bob,
    group,
    call: (method: string, values?: object): Promise<any> => stage.call(method, inGroup(values)),
    refusal: (method: string, values?: object) => stage.refusal(method, inGroup(values)),
    [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
  }
}

describe.each(faces)('%s', (face) => {
  test('a bot sees the chat, its members and administrators', async () => {
    await using stage = await openGroup(face)
    const { call, refusal, alice, bob, bot, group } = stage
    expect(await call('getChat')).toMatchObject({
      id: group.id,
      type: 'supergroup',
      is_forum: true,
      permissions: { can_send_messages: true },
    })
    expect(await call('getChatMemberCount')).toBe(3)
    expect(
      (await call('getChatAdministrators')).map((member: any) => [member.user.id, member.status]),
    ).toEqual([
      [bot.id, 'administrator'],
      [alice.id, 'creator'],
    ])
    expect(await call('getChatMember', { user_id: bob.id })).toMatchObject({ status: 'member' })
    expect(await refusal('getChatMember', {})).toContain('invalid user_id specified')
    expect(await refusal('getChatMember', { user_id: 42 })).toContain('PARTICIPANT_ID_INVALID')
    expect(await stage.refusal('getChatAdministrators', { chat_id: alice.id })).toContain(
      'there are no administrators in the private chat',
    )
  })

  test('who is banned is gone until the ban is lifted', async () => {
    await using stage = await openGroup(face)
    const { call, refusal, alice, bob, group, updates } = stage
    await call('getUpdates', { allowed_updates: ['chat_member', 'message'] })
    expect(await call('banChatMember', { user_id: bob.id })).toBe(true)
    expect(await call('getChatMember', { user_id: bob.id })).toMatchObject({
      status: 'kicked',
      until_date: 0,
    })
    expect(updates()).toMatchObject([
      { message: { left_chat_member: { id: bob.id } } },
      { chat_member: { old_chat_member: { status: 'member' }, new_chat_member: { status: 'kicked' } } },
    ])
    expect(() => bob.joins(group)).toThrow(expect.objectContaining({ code: 'CHAT_NOT_ALLOWED' }))
    expect(() => bob.sends('hi', { in: group })).toThrow(
      expect.objectContaining({ code: 'CHAT_NOT_A_MEMBER' }),
    )
    expect(await call('unbanChatMember', { user_id: bob.id, only_if_banned: true })).toBe(true)
    expect(bob.joins(group)).toBe(true)
    expect(updates().at(-1)).toMatchObject({ message: { new_chat_members: [{ id: bob.id }] } })
    expect(await refusal('banChatMember', { user_id: alice.id })).toContain("can't remove chat owner")
    expect(await refusal('banChatMember', { user_id: stage.bot.id })).toContain("can't restrict self")
    bob.leaves(group)
    expect(await call('getChatMember', { user_id: bob.id })).toMatchObject({ status: 'left' })
  })

  test('members are restricted and promoted, within the rights of the bot', async () => {
    await using stage = await openGroup(face)
    const { call, refusal, alice, bob, bot, group } = stage
    const permissions = { can_send_messages: true }
    expect(await call('restrictChatMember', { user_id: bob.id, permissions })).toBe(true)
    expect(await call('getChatMember', { user_id: bob.id })).toMatchObject({
      status: 'restricted',
      can_send_messages: true,
      can_send_photos: false,
    })
    expect(await call('promoteChatMember', { user_id: bob.id, can_pin_messages: true })).toBe(true)
    expect(await call('getChatMember', { user_id: bob.id })).toMatchObject({
      status: 'administrator',
      can_pin_messages: true,
      can_delete_messages: false,
    })
    expect(await call('promoteChatMember', { user_id: bob.id })).toBe(true)
    expect(await call('getChatMember', { user_id: bob.id })).toMatchObject({ status: 'member' })
    expect(await call('setChatPermissions', { permissions: { can_send_polls: true } })).toBe(true)
    expect((await call('getChat')).permissions).toMatchObject({
      can_send_messages: true,
      can_send_photos: false,
    })
    alice.promotes(bot, group, { can_promote_members: true })
    expect(await refusal('banChatMember', { user_id: bob.id })).toContain(
      'not enough rights to restrict/unrestrict chat member',
    )
    expect(await refusal('promoteChatMember', { user_id: bob.id, can_pin_messages: true })).toContain(
      'RIGHT_FORBIDDEN',
    )
    expect(await refusal('setChatPermissions', { permissions: {} })).toContain(
      'not enough rights to change chat permissions',
    )
    expect(await refusal('pinChatMessage', { message_id: 99 })).toContain('message to pin not found')
  })

  test('an administrator deletes what others wrote, for two days, and no topic', async () => {
    await using stage = await openGroup(face)
    const { call, refusal, bob, group, clock } = stage
    const { message_thread_id } = await call('createForumTopic', { name: 'News' })
    expect(await refusal('deleteMessage', { message_id: message_thread_id })).toContain(
      "message can't be deleted",
    )
    const first = bob.sends('one', { in: group })
    const second = bob.sends('two', { in: group })
    expect(await call('deleteMessage', { message_id: first.message_id })).toBe(true)
    clock.advance(49 * 3_600_000)
    expect(await refusal('deleteMessage', { message_id: second.message_id })).toBe(
      "Bad Request: message can't be deleted",
    )
  })

  test('an ordinary bot sends what members may send', async () => {
    await using stage = await openGroup(face)
    const { refusal, call, alice, bot, group, updates } = stage
    alice.demotes(bot, group)
    expect(updates()).toMatchObject([
      {
        my_chat_member: {
          old_chat_member: { status: 'administrator' },
          new_chat_member: { status: 'member' },
        },
      },
    ])
    group.settings.permissions = { can_send_messages: true }
    expect(await call('sendMessage', { text: 'x' })).toMatchObject({ text: 'x' })
    expect(await refusal('sendPoll', { question: 'x', options: ['a', 'b'] })).toContain(
      'not enough rights to send polls to the chat',
    )
    group.settings.permissions = {}
    expect(await refusal('sendMessage', { text: 'x' })).toContain(
      'not enough rights to send text messages to the chat',
    )
    const theirs = alice.sends('mine', { in: group })
    expect(await refusal('deleteMessage', { message_id: theirs.message_id })).toContain(
      "message can't be deleted",
    )
    for (const [method, values, reason] of [
      ['setChatTitle', { title: 'x' }, 'not enough rights to change chat title'],
      ['setChatDescription', { description: 'x' }, 'not enough rights to set chat description'],
      ['createChatInviteLink', {}, 'not enough rights to manage chat invite link'],
      ['createForumTopic', { name: 'x' }, 'not enough rights to create a topic'],
      [
        'pinChatMessage',
        { message_id: theirs.message_id },
        'not enough rights to manage pinned messages in the chat',
      ],
    ] as const) {
      expect(await refusal(method, values)).toContain(reason)
    }
  })

  test('who is thrown out is told so', async () => {
    await using stage = await openGroup(face)
    const { refusal, call, alice, bot, group, updates } = stage
    alice.removes(bot, group)
    expect(updates()).toMatchObject([
      { message: { left_chat_member: { id: bot.id } } },
      { my_chat_member: { new_chat_member: { status: 'kicked' } } },
    ])
    expect(await refusal('sendMessage', { text: 'x' })).toBe(
      'Forbidden: bot was kicked from the supergroup chat',
    )
    alice.adds(bot, group)
    expect(updates()).toMatchObject([
      { my_chat_member: { old_chat_member: { status: 'kicked' }, new_chat_member: { status: 'member' } } },
      { message: { new_chat_members: [{ id: bot.id }] } },
    ])
    expect(await call('leaveChat')).toBe(true)
    expect(await refusal('sendMessage', { text: 'x' })).toBe(
      'Forbidden: bot is not a member of the supergroup chat',
    )
    expect(updates()).toMatchObject([{ my_chat_member: { new_chat_member: { status: 'left' } } }])
  })

  test('title and description change', async () => {
    await using stage = await openGroup(face)
    const { call, refusal, updates } = stage
    expect(await call('setChatTitle', { title: 'Crew' })).toBe(true)
    expect(updates()).toMatchObject([{ message: { new_chat_title: 'Crew', chat: { title: 'Crew' } } }])
    expect(await call('setChatDescription', { description: 'Us' })).toBe(true)
    expect(await call('getChat')).toMatchObject({ title: 'Crew', description: 'Us' })
    expect(await refusal('setChatDescription', { description: 'Us' })).toContain(
      'chat description is not modified',
    )
    expect(await refusal('setChatTitle', { title: ' ' })).toContain("title can't be empty")
  })

  test('topics hold their messages, and a closed one takes none of those who may not manage it', async () => {
    await using stage = await openGroup(face)
    const { call, refusal, alice, bob, bot, group, updates } = stage
    const topic = await call('createForumTopic', { name: 'News', icon_color: 7322096 })
    expect(updates()).toMatchObject([{ message: { forum_topic_created: { name: 'News' } } }])
    const { message_thread_id } = topic
    const sent = await call('sendMessage', { text: 'x', message_thread_id })
    expect(sent).toMatchObject({
      message_thread_id,
      is_topic_message: true,
      reply_to_message: { forum_topic_created: { name: 'News' } },
    })
    const answer = await call('sendMessage', { text: 'y', reply_parameters: { message_id: sent.message_id } })
    expect(answer).toMatchObject({ message_thread_id, reply_to_message: { text: 'x' } })
    bob.sends('in topic', { in: group, topic: message_thread_id })
    expect(updates()).toMatchObject([{ message: { message_thread_id, is_topic_message: true } }])
    expect((await call('sendMessage', { text: 'general' })).message_thread_id).toBeUndefined()
    expect(await refusal('sendMessage', { text: 'x', message_thread_id: 999 })).toContain(
      'message thread not found',
    )
    expect(await refusal('sendChatAction', { action: 'typing', message_thread_id: 999 })).toContain(
      'message thread',
    )
    expect(await call('editForumTopic', { message_thread_id, name: 'Old' })).toBe(true)
    expect(await refusal('editForumTopic', { message_thread_id, name: 'Old' })).toContain(
      'TOPIC_NOT_MODIFIED',
    )
    expect(await call('closeForumTopic', { message_thread_id })).toBe(true)
    expect(await refusal('closeForumTopic', { message_thread_id })).toContain('TOPIC_NOT_MODIFIED')
    alice.promotes(bot, group, { can_delete_messages: true })
    expect(await refusal('sendMessage', { text: 'x', message_thread_id })).toContain('TOPIC_CLOSED')
    expect(await refusal('reopenForumTopic', { message_thread_id })).toContain(
      'not enough rights to edit the topic',
    )
    expect(await call('deleteForumTopic', { message_thread_id })).toBe(true)
    expect(await refusal('deleteForumTopic', { message_thread_id })).toContain('TOPIC_ID_INVALID')
    alice.promotes(bot, group)
    for (const method of [
      'closeGeneralForumTopic',
      'reopenGeneralForumTopic',
      'hideGeneralForumTopic',
      'unhideGeneralForumTopic',
    ]) {
      expect(await call(method)).toBe(true)
      expect(await refusal(method)).toContain('TOPIC_NOT_MODIFIED')
    }
  })

  test('people come by links, some after they have asked', async () => {
    await using stage = await openGroup(face)
    const { call, refusal, world, group, updates, clock } = stage
    await call('getUpdates', { allowed_updates: ['chat_member', 'chat_join_request'] })
    const link = await call('createChatInviteLink', { name: 'One', member_limit: 1 })
    const carol = world.createPerson({ firstName: 'Carol' })
    const dave = world.createPerson({ firstName: 'Dave' })
    expect(carol.joins(group, { link })).toBe(true)
    expect(updates()).toMatchObject([
      { chat_member: { invite_link: { name: 'One' }, from: { id: carol.id } } },
    ])
    expect(() => dave.joins(group, { link })).toThrow(expect.objectContaining({ code: 'CHAT_NOT_ALLOWED' }))
    const asking = await call('createChatInviteLink', { creates_join_request: true })
    expect(dave.joins(group, { link: asking })).toBe(false)
    expect(updates()).toMatchObject([{ chat_join_request: { from: { id: dave.id }, invite_link: asking } }])
    expect(await call('approveChatJoinRequest', { user_id: dave.id })).toBe(true)
    expect(group.memberIds.has(dave.id)).toBe(true)
    expect(await refusal('approveChatJoinRequest', { user_id: dave.id })).toContain(
      'USER_ALREADY_PARTICIPANT',
    )
    const erin = world.createPerson({ firstName: 'Erin' })
    expect(await refusal('declineChatJoinRequest', { user_id: erin.id })).toContain('HIDE_REQUESTER_MISSING')
    erin.joins(group, { link: asking })
    expect(await call('declineChatJoinRequest', { user_id: erin.id })).toBe(true)
    expect(group.memberIds.has(erin.id)).toBe(false)
    const edited = await call('editChatInviteLink', { invite_link: asking.invite_link, name: 'Two' })
    expect(edited).toMatchObject({ name: 'Two', creates_join_request: false })
    expect(await call('revokeChatInviteLink', { invite_link: link.invite_link })).toMatchObject({
      is_revoked: true,
    })
    expect(await refusal('revokeChatInviteLink', { invite_link: 'x' })).toContain('INVITE_HASH_EXPIRED')
    const primary = await call('exportChatInviteLink')
    expect((await call('getChat')).invite_link).toBe(primary)
    const short = await call('createChatInviteLink', { expire_date: 1_800_000_060 })
    clock.advance(120_000)
    expect(() => erin.joins(group, { link: short })).toThrow(
      expect.objectContaining({ code: 'CHAT_NOT_ALLOWED' }),
    )
  })

  test('in a channel the channel speaks, and only who may', async () => {
    await using stage = await openStage(face)
    const { world, alice, bot, call, callAs, refusal, updates } = stage
    const other = world.createBot({ username: 'other_bot' })
    const bob = world.createPerson({ firstName: 'Bob' })
    const channel = world.createChannel({
      title: 'News',
      username: 'news',
      owner: alice,
      members: [bob],
      bots: [bot, other],
    })
    const post = await call('sendMessage', { chat_id: '@news', text: 'x' })
    expect(post).toMatchObject({
      sender_chat: { id: channel.id, type: 'channel' },
      chat: { username: 'news' },
    })
    expect(post.from).toBeUndefined()
    expect(updates()).toEqual([])
    expect(updates(other)).toMatchObject([{ channel_post: { text: 'x' } }])
    const stranger = { chat_id: channel.id, user_id: 95_205_500, permissions: {} }
    expect(await refusal('restrictChatMember', stranger)).toBe(
      'Bad Request: method is available only for supergroups',
    )
    const theirs = alice.sends('by Alice', { in: channel })
    alice.edits(theirs, 'by Alice again')
    expect(updates()).toMatchObject([
      { channel_post: { text: 'by Alice', sender_chat: { id: channel.id } } },
      { edited_channel_post: { text: 'by Alice again' } },
    ])
    expect(() => bob.sends('x', { in: channel })).toThrow(
      expect.objectContaining({ code: 'CHAT_NOT_ALLOWED' }),
    )
    await bob.sees('x', { in: channel })
    alice.promotes(other, channel, { can_invite_users: true })
    await expect(callAs(other, 'sendMessage', { chat_id: channel.id, text: 'x' })).rejects.toMatchObject({
      description: 'Bad Request: need administrator rights in the channel chat',
    })
    alice.removes(bot, channel)
    expect(await refusal('sendMessage', { chat_id: '@news', text: 'x' })).toBe(
      'Forbidden: bot was kicked from the channel chat',
    )
  })

  test('a group that became a supergroup tells its new id', async () => {
    await using stage = await openStage(face)
    const { world, alice, bot, callAs, updates } = stage
    const group = world.createGroup({ title: 'Team', owner: alice, bots: [bot] })
    const supergroup = world.migrate(group)
    expect(updates()).toMatchObject([
      { message: { migrate_to_chat_id: supergroup.id } },
      { message: { migrate_from_chat_id: group.id } },
    ])
    await expect(callAs(bot, 'sendMessage', { chat_id: group.id, text: 'x' })).rejects.toMatchObject({
      errorCode: 400,
      description: 'Bad Request: group chat was upgraded to a supergroup chat',
      parameters: { migrate_to_chat_id: supergroup.id },
    })
    expect(await stage.call('sendMessage', { chat_id: supergroup.id, text: 'x' })).toMatchObject({
      text: 'x',
    })
  })
})
