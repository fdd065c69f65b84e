import { expect, test } from 'vitest'
import { readMediaFacts } from './media-facts.js'

function box(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(8 + body.length)
  head.write(type, 4, 'latin1')
  return Buffer.concat([head, body])
}

function movieHeader(scale: number, length: number): Buffer {
  const body = Buffer.alloc(100)
  body.writeUInt32BE(scale, 12)
  body.writeUInt32BE(length, 16)
  return box('mvhd', body)
}

function track(width: number, height: number): Buffer {
  const body = Buffer.alloc(84)
  body.writeUInt16BE(width, 76)
  body.writeUInt16BE(height, 80)
  return box('trak', box('tkhd', body))
}

test('an MP4 says how long it is, and how large the picture of its first seen track', () => {
  const file = Buffer.concat([
    box('ftyp', Buffer.from('isom')),
    box('free'),
    box('moov', movieHeader(600, 3_000), track(0, 0), track(360, 640)),
  ])
  expect(readMediaFacts(file)).toEqual({ durationSeconds: 5, width: 360, height: 640 })
})

test('an MP4 may keep its times in 64 bits, and its last box may go to the end', () => {
  const body = Buffer.alloc(112)
  body[0] = 1
  body.writeUInt32BE(1_000, 20)
  body.writeBigUInt64BE(7_400n, 24)
  const movie = box('moov', box('mvhd', body))
  movie.writeUInt32BE(0, 0)
  expect(readMediaFacts(Buffer.concat([box('ftyp'), movie]))).toEqual({ durationSeconds: 7 })
})

function oggPage(samples: bigint, data: Buffer): Buffer {
  const head = Buffer.alloc(27)
  head.write('OggS', 0, 'latin1')
  head.writeBigInt64LE(samples, 6)
  return Buffer.concat([head, data])
}

test('an Ogg says it in its last page: in 48,000 a second as Opus, in its own rate as Vorbis', () => {
  const opus = Buffer.concat([oggPage(0n, Buffer.from('OpusHead')), oggPage(144_312n, Buffer.from('x'))])
  expect(readMediaFacts(opus)).toEqual({ durationSeconds: 3 })
  const head = Buffer.alloc(16)
  head.write('\u0001vorbis', 0, 'latin1')
  head.writeUInt32LE(44_100, 12)
  const vorbis = Buffer.concat([oggPage(0n, head), oggPage(88_200n, Buffer.from('x'))])
  expect(readMediaFacts(vorbis)).toEqual({ durationSeconds: 2 })
})

test('an MP3 says it frame by frame, behind its tags', () => {
  // MPEG 1, layer III, 128 kbit/s, 44.1 kHz: 1,152 samples in 417 bytes.
  const frame = Buffer.alloc(417)
  Buffer.from([0xff, 0xfb, 0x90, 0x00]).copy(frame)
  const frames = Buffer.concat(Array.from({ length: 115 }, () => frame))
  expect(readMediaFacts(frames)).toEqual({ durationSeconds: 3 })
  const tag = Buffer.alloc(10 + 200)
  tag.write('ID3', 0, 'latin1')
  tag[8] = 1
  tag[9] = 72
  expect(readMediaFacts(Buffer.concat([tag, frames, Buffer.from('TAG')]))).toEqual({ durationSeconds: 3 })
})

test.each([
  ['nothing', Buffer.alloc(0)],
  ['text', Buffer.from('do re mi')],
  ['a cut MP4', Buffer.concat([box('ftyp'), Buffer.from([0, 0, 0, 1, 0x6d])])],
  [
    'an MP4 with a box of no length',
    Buffer.concat([box('ftyp'), Buffer.from([0, 0, 0, 2, 0x6d, 0x6f, 0x6f, 0x76])]),
  ],
  [
    'an MP4 with short headers',
    Buffer.concat([box('ftyp'), box('moov', box('mvhd'), box('trak', box('tkhd')))]),
  ],
  ['an Ogg of another kind', oggPage(5n, Buffer.from('FLAC'))],
  ['an Ogg that ends in a page', Buffer.concat([oggPage(0n, Buffer.from('OpusHead')), Buffer.from('OggS')])],
  ['an MP3 of a rate that is none', Buffer.from([0xff, 0xfb, 0xf0, 0x00])],
])('of %s nothing is said', (_, bytes) => {
  expect(readMediaFacts(bytes)).toEqual({})
})
