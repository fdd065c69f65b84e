/** Reads how long a file plays and how large its picture is from its headers: MP4, Ogg Opus, MP3. Pure. */

/** What a header says; what it does not say is absent. */
export interface MediaFacts {
  readonly durationSeconds?: number
  readonly width?: number
  readonly height?: number
}

/** The facts of a file; none where the bytes are of no kind that is read. */
export function readMediaFacts(bytes: Buffer): MediaFacts {
  if (bytes.toString('latin1', 4, 8) === 'ftyp') return readMp4(bytes)
  if (bytes.toString('latin1', 0, 4) === 'OggS') return readOgg(bytes)
  if (bytes.toString('latin1', 0, 3) === 'ID3' || isMp3Frame(bytes, 0)) return readMp3(bytes)
  return {}
}

/** Boxes within boxes: `moov/mvhd` has the duration, each `moov/trak/tkhd` a size. Source: ISO/IEC 14496-12. */
function readMp4(bytes: Buffer): MediaFacts {
  const movie = findBoxes(bytes, 'moov')[0]
  const header = movie && findBoxes(movie, 'mvhd')[0]
  const sizes = (movie ? findBoxes(movie, 'trak') : []).flatMap((track) => {
    const box = findBoxes(track, 'tkhd')[0]
    // Its last eight bytes; 16.16 fixed point. A sound has no size.
    if (!box || box.length < 84) return []
    const width = box.readUInt16BE(box.length - 8)
    const height = box.readUInt16BE(box.length - 4)
    return width > 0 && height > 0 ? [{ width, height }] : []
  })
  return { ...(header && readMovieDuration(header)), ...sizes[0] }
}

function readMovieDuration(header: Buffer): MediaFacts {
  const isLong = header[0] === 1
  if (header.length < (isLong ? 32 : 20)) return {}
  const scale = header.readUInt32BE(isLong ? 20 : 12)
  const length = isLong ? Number(header.readBigUInt64BE(24)) : header.readUInt32BE(16)
  return scale > 0 ? { durationSeconds: Math.round(length / scale) } : {}
}

function findBoxes(bytes: Buffer, type: string): Buffer[] {
  const found: Buffer[] = []
  let at = 0
  while (at + 8 <= bytes.length) {
    const short = bytes.readUInt32BE(at)
    if (short === 1 && at + 16 > bytes.length) return found
    const head = short === 1 ? 16 : 8
    // 0: up to the end. 1: the length follows in 64 bits.
    const size = short === 0 ? bytes.length - at : short === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : short
    if (size < head) return found
    if (bytes.toString('latin1', at + 4, at + 8) === type) found.push(bytes.subarray(at + head, at + size))
    at += size
  }
  return found
}

/** The last page says how many samples have gone by; Opus has 48,000 a second whatever it was made of. Source: RFC 7845. */
function readOgg(bytes: Buffer): MediaFacts {
  const rate = readOggRate(bytes)
  const last = bytes.lastIndexOf('OggS', undefined, 'latin1')
  if (rate === undefined || last + 14 > bytes.length) return {}
  return { durationSeconds: Math.round(Number(bytes.readBigInt64LE(last + 6)) / rate) }
}

function readOggRate(bytes: Buffer): number | undefined {
  if (bytes.indexOf('OpusHead', 0, 'latin1') >= 0) return 48_000
  const vorbis = bytes.indexOf('\u0001vorbis', 0, 'latin1')
  if (vorbis < 0 || vorbis + 16 > bytes.length) return undefined
  return bytes.readUInt32LE(vorbis + 12) || undefined
}

// Kilobits a second by the index in a frame's header: MPEG 1 and MPEG 2, layer III.
const bitRates = {
  one: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0],
  two: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0],
} as const
const sampleRates = [44_100, 48_000, 32_000, 0] as const

function isMp3Frame(bytes: Buffer, at: number): boolean {
  // Eleven bits of ones, then a version and layer III.
  return at + 4 <= bytes.length && bytes[at] === 0xff && ((bytes[at + 1] ?? 0) & 0xe6) === 0xe2
}

/** Sums up the frames, since their rate may change. Source: ISO/IEC 11172-3; ID3v2.4. */
function readMp3(bytes: Buffer): MediaFacts {
  let at = bytes.toString('latin1', 0, 3) === 'ID3' ? 10 + readSyncSafe(bytes, 6) : 0
  let seconds = 0
  while (isMp3Frame(bytes, at)) {
    const frame = readFrame(bytes, at)
    if (!frame) break
    seconds += frame.seconds
    at += frame.length
  }
  return seconds > 0 ? { durationSeconds: Math.round(seconds) } : {}
}

function readFrame(bytes: Buffer, at: number): { seconds: number; length: number } | undefined {
  const version = ((bytes[at + 1] ?? 0) >> 3) & 3
  const third = bytes[at + 2] ?? 0
  const isFirst = version === 3
  const bitRate = bitRates[isFirst ? 'one' : 'two'][third >> 4] ?? 0
  const sampleRate = (sampleRates[(third >> 2) & 3] ?? 0) / (isFirst ? 1 : version === 2 ? 2 : 4)
  if (bitRate === 0 || sampleRate === 0) return undefined
  const samples = isFirst ? 1152 : 576
  const length = Math.floor((samples / 8) * ((bitRate * 1000) / sampleRate)) + ((third >> 1) & 1)
  return { seconds: samples / sampleRate, length }
}

/** Four bytes of seven bits each. */
function readSyncSafe(bytes: Buffer, at: number): number {
  if (at + 4 > bytes.length) return 0
  return [0, 1, 2, 3].reduce((sum, index) => sum * 128 + ((bytes[at + index] ?? 0) & 0x7f), 0)
}
