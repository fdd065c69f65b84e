/** Sizes of photos, thumbnails, and what Telegram reads from files by itself; on both faces. */
import { describe, expect, test } from 'vitest'
import { readImageSize } from '../../src/bot-api/image-size.js'
import { drawPlainPicture } from '../../src/bot-api/plain-picture.js'
import { faces, openStage } from './stage.js'

const png = (width: number, height: number) => drawPlainPicture({ width, height })

function gif(width: number, height: number): Buffer {
  const bytes = Buffer.from('GIF89a    \0\0\0', 'latin1')
  bytes.writeUInt16LE(width, 6)
  bytes.writeUInt16LE(height, 8)
  return bytes
}

describe.each(faces)('%s', (face) => {
  test('a photo has smaller sizes, which can be downloaded, and each of which stands for the whole', async () => {
    await using stage = await openStage(face)
    const { call, world, bot } = stage
    const { photo } = await call('sendPhoto', {}, { photo: png(1000, 500) })
    expect(photo).toMatchObject([
      { width: 90, height: 45 },
      { width: 320, height: 160 },
      { width: 800, height: 400 },
      { width: 1000, height: 500 },
    ])
    expect(new Set(photo.map(({ file_unique_id }: any) => file_unique_id)).size).toBe(4)
    const { file_path, file_size } = await call('getFile', { file_id: photo[0].file_id })
    expect(file_size).toBe(photo[0].file_size)
    const small = world.state.files.byPath(bot.id, file_path)
    expect(readImageSize(small?.content ?? Buffer.alloc(0))).toEqual({ width: 90, height: 45 })
    expect((await call('sendPhoto', { photo: photo[0].file_id })).photo).toEqual(photo)
    const media = [photo[1], photo[3]].map(({ file_id }) => ({ type: 'photo', media: file_id }))
    expect(await call('sendMediaGroup', { media })).toMatchObject([{ photo }, { photo }])
  })

  test('a thumbnail comes with its file, in the shape of the file', async () => {
    await using stage = await openStage(face)
    const { call, refusal } = stage
    const thumbnail = png(100, 50)
    const values = { width: 640, height: 360, duration: 7 }
    const { video } = await call('sendVideo', values, { video: Buffer.from('video'), thumbnail })
    expect(video).toMatchObject({
      ...values,
      thumbnail: { width: 320, height: 180, file_size: thumbnail.length },
    })
    expect(await call('getFile', { file_id: video.thumbnail.file_id })).toMatchObject({
      file_size: thumbnail.length,
    })
    // What was said first stays.
    expect((await call('sendVideo', { video: video.file_id, duration: 1, width: 1 })).video).toEqual(video)
    expect(await refusal('sendPhoto', { photo: video.thumbnail.file_id })).toBe(
      "Bad Request: can't use file of type Thumbnail as Photo",
    )
    const files = { document: Buffer.from('text'), picture: thumbnail }
    const { document } = await call('sendDocument', { thumbnail: 'attach://picture' }, files)
    expect(document.thumbnail).toMatchObject({ width: 100, height: 50 })
    const { audio } = await call(
      'sendAudio',
      { title: 'Do' },
      { audio: Buffer.from('do re mi'), thumb: thumbnail },
    )
    expect(audio).toMatchObject({ title: 'Do', thumbnail: { width: 100, height: 50 } })
    // Only an upload counts.
    const { file_id } = document.thumbnail
    const bare = await call('sendDocument', { thumbnail: file_id }, { document: Buffer.from('text') })
    expect(bare.document).not.toHaveProperty('thumbnail')
  })

  test('an item of an album has the thumbnail that it names', async () => {
    await using stage = await openStage(face)
    const media = [
      { type: 'video', media: 'attach://a', thumbnail: 'attach://t' },
      { type: 'video', media: 'attach://b' },
    ]
    const files = { a: Buffer.from('a'), b: Buffer.from('b'), t: png(64, 64) }
    const [first, second] = await stage.call('sendMediaGroup', { media }, files)
    expect(first.video.thumbnail).toMatchObject({ width: 64, height: 64 })
    expect(second.video).not.toHaveProperty('thumbnail')
    const edited = await stage.call(
      'editMessageMedia',
      { message_id: second.message_id, media: { ...media[0], width: 640, height: 320 } },
      files,
    )
    expect(edited.video.thumbnail).toMatchObject({ width: 320, height: 160, file_size: files.t.length })
  })

  test('what is seen has a thumbnail although none came with it', async () => {
    await using stage = await openStage(face)
    const { call } = stage
    expect((await call('sendSticker', {}, { sticker: png(510, 512) })).sticker.thumbnail).toMatchObject({
      width: 319,
      height: 320,
    })
    expect((await call('sendDocument', {}, { document: png(640, 64) })).document.thumbnail).toMatchObject({
      width: 320,
      height: 32,
    })
    expect((await call('sendVoice', {}, { voice: Buffer.from('x') })).voice).not.toHaveProperty('thumbnail')
  })

  test('a GIF becomes a video', async () => {
    await using stage = await openStage(face)
    const { animation, document } = await stage.call('sendAnimation', {}, { animation: gif(320, 180) })
    expect(animation).toMatchObject({
      width: 320,
      height: 180,
      file_name: 'animation.bin.mp4',
      mime_type: 'video/mp4',
      thumbnail: { width: 320, height: 180 },
    })
    expect(document).toMatchObject({ file_id: animation.file_id, thumbnail: animation.thumbnail })
  })

  test('how long a sound is stands in it', async () => {
    await using stage = await openStage(face)
    const frame = Buffer.alloc(417)
    Buffer.from([0xff, 0xfb, 0x90, 0x00]).copy(frame)
    const audio = Buffer.concat(Array.from({ length: 115 }, () => frame))
    expect((await stage.call('sendAudio', {}, { audio })).audio.duration).toBe(3)
    expect((await stage.call('sendAudio', { duration: 9 }, { audio })).audio.duration).toBe(9)
  })
})
