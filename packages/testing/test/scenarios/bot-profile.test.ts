/** What a bot says of itself: commands, names, rights, the menu button and Mini Apps, on both faces. */
import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { faces, openStage } from './stage.js'

describe.each(faces)('%s', (face) => {
  test('names and descriptions stand by language, with the general one behind', async () => {
    await using stage = await openStage(face)
    const { call, refusal } = stage
    for (const [what, field, longest, refused] of [
      ['Name', 'name', 64, 'BOT_TITLE_INVALID'],
      ['Description', 'description', 512, 'BOT_DESCRIPTION_INVALID'],
      ['ShortDescription', 'short_description', 120, 'BOT_ABOUT_INVALID'],
    ] as const) {
      expect(await call(`setMy${what}`, { [field]: 'General' })).toBe(true)
      expect(await call(`setMy${what}`, { [field]: 'Deutsch', language_code: 'de' })).toBe(true)
      expect(await call(`getMy${what}`, { language_code: 'de' })).toEqual({ [field]: 'Deutsch' })
      expect(await call(`getMy${what}`, { language_code: 'fr' })).toEqual({ [field]: 'General' })
      expect(await call(`setMy${what}`, { [field]: '' })).toBe(true)
      expect(await refusal(`setMy${what}`, { [field]: 'x'.repeat(longest + 1) })).toContain(refused)
      expect(await refusal(`setMy${what}`, { language_code: 'xyz' })).toContain(
        'invalid language code specified',
      )
    }
    expect(await call('getMyName')).toEqual({ name: 'Greeter' })
  })

  test('commands have scopes', async () => {
    await using stage = await openStage(face)
    const { call, refusal, alice } = stage
    const commands = [{ command: 'start', description: 'Go' }]
    const scope = { type: 'chat', chat_id: alice.id }
    expect(await call('setMyCommands', { commands, scope })).toBe(true)
    expect(await call('getMyCommands', { scope })).toEqual(commands)
    expect(await call('getMyCommands')).toEqual([])
    for (const [wrong, reason] of [
      [{ type: 'x' }, "can't parse BotCommandScope: Unsupported type specified"],
      [{ type: 'chat' }, `can't parse BotCommandScope: Can't find field "chat_id"`],
      [{ type: 'chat_member', chat_id: alice.id }, `can't parse BotCommandScope: Can't find field "user_id"`],
      [{ type: 'chat', chat_id: 42 }, 'chat not found'],
    ] as const) {
      expect(await refusal('setMyCommands', { commands, scope: wrong })).toContain(reason)
    }
    const many = Array(101).fill(commands[0])
    expect(await refusal('setMyCommands', { commands: many })).toContain('BOT_COMMANDS_TOO_MUCH')
  })

  test('default rights and the menu button', async () => {
    await using stage = await openStage(face)
    const { call, refusal, alice } = stage
    expect(await call('setMyDefaultAdministratorRights', { rights: { can_pin_messages: true } })).toBe(true)
    expect(await call('getMyDefaultAdministratorRights')).toMatchObject({ can_pin_messages: true })
    expect(await call('getMyDefaultAdministratorRights', { for_channels: true })).toMatchObject({
      can_post_messages: false,
    })
    expect(await call('getChatMenuButton', { chat_id: '' })).toEqual({ type: 'commands' })
    const menu_button = { type: 'web_app', text: 'Open', web_app: { url: 'https://a.b/c' } }
    expect(await call('setChatMenuButton', { menu_button })).toBe(true)
    expect(await call('getChatMenuButton', { chat_id: alice.id })).toEqual(menu_button)
    expect(await refusal('setChatMenuButton', { menu_button: { type: 'x' } })).toContain(
      'MenuButton has unsupported type',
    )
    expect(await refusal('setChatMenuButton', { chat_id: 42 })).toContain('chat not found')
  })

  test('a Mini App gets data signed with the token', async () => {
    await using stage = await openStage(face)
    const { alice, bot } = stage
    const fields = new URLSearchParams(alice.opensMiniApp(bot, { startParam: 'ref' }))
    const hash = fields.get('hash')
    fields.delete('hash')
    const checked = [...fields]
      .map(([name, value]) => `${name}=${value}`)
      .sort()
      .join('\n')
    const secret = createHmac('sha256', 'WebAppData').update(bot.token).digest()
    expect(createHmac('sha256', secret).update(checked).digest('hex')).toBe(hash)
    expect(fields.get('auth_date')).toBe('1800000000')
    expect(JSON.parse(fields.get('user') ?? '')).toMatchObject({ id: alice.id, username: 'alice' })
  })

  test('a deep link starts the bot with its parameter', async () => {
    await using stage = await openStage(face)
    stage.alice.opens(stage.bot, 'ref_42')
    stage.alice.opens(stage.bot)
    expect(stage.updates()).toMatchObject([
      { message: { text: '/start ref_42' } },
      { message: { text: '/start' } },
    ])
  })
})
