/** Sticker sets: made, filled, shown, changed and deleted, on both faces. */
import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type Face, faces, openStage } from './stage.js'

/** A PNG of this size, enough for whoever reads its header. */
function png(width: number, height: number): Buffer {
  const header = Buffer.alloc(33)
  header.writeUInt32BE(0x89504e47)
  header.write('IHDR', 12, 'latin1')
  header.writeUInt32BE(width, 16)
  header.writeUInt32BE(height, 20)
  return Buffer.concat([header, deflateSync(Buffer.from('pixels'))])
}

const name = 'faces_by_greeter_bot'
const input = { sticker: 'attach://a', format: 'static', emoji_list: ['🙂'] }
const a = { a: png(512, 512) }

async function openSet(face: Face, more: object = {}) {
  const stage = await openStage(face)
  const owner = { user_id: stage.alice.id }
  await stage.call('createNewStickerSet', { ...owner, name, title: 'Faces', stickers: [input], ...more }, a)
  return {
    ...stage,
    owner,
    set: async (): Promise<any> => stage.call('getStickerSet', { name: name.toUpperCase() }),
    [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
  }
}

describe.each(faces)('%s', (face) => {
  test('a set is made, filled, ordered, emptied and deleted', async () => {
    await using stage = await openSet(face)
    const { call, refusal, owner, set } = stage
    expect(await set()).toMatchObject({
      name,
      title: 'Faces',
      sticker_type: 'regular',
      stickers: [{ type: 'regular', emoji: '🙂', set_name: name, width: 512, is_animated: false }],
    })
    const add = (emoji: string) =>
      call('addStickerToSet', { ...owner, name, sticker: { ...input, emoji_list: [emoji] } }, a)
    await add('😎')
    await add('👍🏽')
    const emojis = async () => (await set()).stickers.map(({ emoji }: any) => emoji)
    expect(await emojis()).toEqual(['🙂', '😎', '👍🏽'])
    const [first, second, third] = (await set()).stickers.map(({ file_id }: any) => file_id)
    await call('setStickerPositionInSet', { sticker: third, position: 0 })
    await call('setStickerEmojiList', { sticker: first, emoji_list: ['😀', '🎉'] })
    await call('setStickerKeywords', { sticker: first, keywords: ['smile'] })
    expect(await emojis()).toEqual(['👍🏽', '😀🎉', '😎'])
    await call(
      'replaceStickerInSet',
      { ...owner, name, old_sticker: second, sticker: { ...input, emoji_list: ['🔁'] } },
      a,
    )
    expect(await emojis()).toEqual(['👍🏽', '😀🎉', '🔁'])
    expect(await refusal('deleteStickerFromSet', { sticker: second })).toBe('Bad Request: STICKERSET_INVALID')
    await call('deleteStickerFromSet', { sticker: first })
    expect(await emojis()).toEqual(['👍🏽', '🔁'])
    expect(await call('sendSticker', { sticker: third })).toMatchObject({ sticker: { set_name: name } })
    await call('setStickerSetTitle', { name, title: 'People' })
    await call('setStickerSetThumbnail', { ...owner, name, format: 'static' }, { thumbnail: png(100, 100) })
    expect(await set()).toMatchObject({ title: 'People', thumbnail: { width: 100, height: 100 } })
    await call('deleteStickerSet', { name })
    expect(await refusal('getStickerSet', { name })).toBe('Bad Request: STICKERSET_INVALID')
  })

  test('a file that was uploaded before serves for a set', async () => {
    await using stage = await openStage(face)
    const { call, alice } = stage
    const owner = { user_id: alice.id }
    const file = await call(
      'uploadStickerFile',
      { ...owner, sticker_format: 'static' },
      { sticker: png(512, 100) },
    )
    const stickers = [{ ...input, sticker: file.file_id }]
    expect(await call('createNewStickerSet', { ...owner, name, title: 'T', stickers })).toBe(true)
    expect((await call('getFile', { file_id: file.file_id })).file_size).toBe(file.file_size)
  })

  test('masks have a place, custom emojis an id', async () => {
    await using stage = await openSet(face, { sticker_type: 'mask' })
    const { call, refusal, owner, set } = stage
    const [{ file_id }] = (await set()).stickers
    const mask_position = { point: 'forehead', x_shift: 0.5, y_shift: 0, scale: 1 }
    await call('setStickerMaskPosition', { sticker: file_id, mask_position })
    expect((await set()).stickers).toMatchObject([{ type: 'mask', mask_position }])
    expect(
      await refusal('setStickerMaskPosition', {
        sticker: file_id,
        mask_position: { ...mask_position, point: 'ear' },
      }),
    ).toBe("Bad Request: can't parse mask position: Wrong point specified in MaskPosition")

    const emojiSet = { ...owner, name: `emoji_by_greeter_bot`, title: 'Emoji', sticker_type: 'custom_emoji' }
    await call('createNewStickerSet', { ...emojiSet, stickers: [input] }, { a: png(100, 100) })
    const [emoji] = (await call('getStickerSet', emojiSet)).stickers
    const { custom_emoji_id } = emoji
    expect(await call('getCustomEmojiStickers', { custom_emoji_ids: [custom_emoji_id, '1'] })).toEqual([
      emoji,
    ])
    await call('setCustomEmojiStickerSetThumbnail', { name: emojiSet.name, custom_emoji_id })
    expect((await call('getStickerSet', emojiSet)).thumbnail).toMatchObject({ file_id: emoji.file_id })
    const icons = await call('getForumTopicIconStickers')
    expect(icons[0]).toMatchObject({ type: 'custom_emoji', emoji: '📰' })
    expect(await call('getForumTopicIconStickers')).toEqual(icons)
  })

  test('refuses in the words of the real server', async () => {
    await using stage = await openSet(face)
    const { call, refusal, owner, world, callAs } = stage
    const make = (values: object, files: Record<string, Buffer> = a) =>
      refusal(
        'createNewStickerSet',
        { ...owner, name: 'x_by_greeter_bot', title: 'T', stickers: [input], ...values },
        files,
      )
    expect(await make({ name })).toBe('Bad Request: sticker set name is already occupied')
    expect(await make({ name: 'x_by_other_bot' })).toBe('Bad Request: invalid sticker set name is specified')
    expect(await make({ title: ' ' })).toBe('Bad Request: sticker set title must be non-empty')
    expect(await make({ user_id: 42 })).toBe('Bad Request: user not found')
    expect(await make({ stickers: {} })).toBe('Bad Request: expected an Array of InputSticker')
    expect(await make({ stickers: [{ ...input, format: 'gif' }] })).toBe(
      "Bad Request: can't parse InputSticker: Invalid sticker format specified",
    )
    expect(await make({ stickers: [{ ...input, emoji_list: [] }] })).toContain('emoji list must be non-empty')
    expect(await make({ stickers: [{ ...input, emoji_list: ['x'] }] })).toContain('expected a Unicode emoji')
    expect(await make({}, { a: png(100, 512 + 1) })).toBe('Bad Request: STICKER_PNG_DIMENSIONS')
    expect(await refusal('setStickerPositionInSet', { position: 0 })).toBe(
      'Bad Request: sticker is not specified',
    )
    expect(await refusal('getCustomEmojiStickers', { custom_emoji_ids: ['x'] })).toBe(
      'Bad Request: invalid custom emoji identifier specified',
    )
    const other = world.createBot({ username: 'other_bot' })
    await expect(callAs(other, 'deleteStickerSet', { name })).rejects.toThrow('STICKERSET_INVALID')
    expect(await call('getStickerSet', { name })).toMatchObject({ name })
  })
})
