/** sendPhoto, sendDocument, sendAudio, sendVideo, sendAnimation, sendVoice, sendVideoNote, sendSticker, sendLivePhoto, sendMediaGroup. */
import { badRequest } from '../bot-api/api-error.js'
import type { Message } from '../bot-api/objects.js'
import type { FileKind } from '../world/file-kind.js'
import { randomDigits } from '../world/world-state.js'
import { fetchInputFile, type InputFile, readInputFile } from './input-file.js'
import { describeMedia, type InputMedia, readInputMedia } from './input-media.js'
import { checkCaption, parseCaption } from './message-text.js'
import type { MethodCall, MethodGroup } from './method.js'
import { type Outgoing, prepareOutgoing, sendContent } from './outgoing.js'
import type { SendKind } from './send-rights.js'

/** The methods of this group. */
export const mediaMethods: MethodGroup = {
  sendPhoto: (call) => sendFile(call, 'photo'),
  sendDocument: (call) => sendFile(call, 'document'),
  sendAudio: (call) => sendFile(call, 'audio'),
  sendVideo: (call) => sendFile(call, 'video'),
  sendAnimation: (call) => sendFile(call, 'animation'),
  sendVoice: (call) => sendFile(call, 'voice'),
  sendVideoNote: (call) => sendFile(call, 'video_note'),
  sendSticker: (call) => sendFile(call, 'sticker'),
  sendLivePhoto,
  sendMediaGroup,
}

function sendFile(call: MethodCall, kind: FileKind): unknown {
  const { parameters } = call
  const hasCaption = kind !== 'sticker' && kind !== 'video_note'
  const caption = hasCaption ? parseCaption(call) : undefined
  const file = readInputFile(call, kind, kind, parameters.text(kind) ?? '')
  const media: InputMedia = { kind, file, caption, options: parameters.values }
  const outgoing = prepareOutgoing(call, kind as SendKind)
  checkCaption(caption)
  return readyMedia([media], ([ready]) =>
    sendContent(call, outgoing, describeMedia(call, ready as InputMedia)),
  )
}

/** A photo that moves for a moment: a picture with a short video behind it. */
function sendLivePhoto(call: MethodCall): unknown {
  const { parameters } = call
  const caption = parseCaption(call)
  const file = readInputFile(call, 'video', 'live_photo', parameters.text('live_photo') ?? '')
  const still = readInputFile(call, 'photo', 'photo', parameters.text('photo') ?? '')
  const media: InputMedia = { kind: 'video', file, still, caption, options: parameters.values }
  const outgoing = prepareOutgoing(call, 'photo')
  checkCaption(caption)
  return readyMedia([media], ([ready]) =>
    sendContent(call, outgoing, describeMedia(call, ready as InputMedia)),
  )
}

function sendMediaGroup(call: MethodCall): unknown {
  const value = call.parameters.json('media', 'media')
  if (!Array.isArray(value)) throw badRequest('expected an Array of InputMedia')
  const album = value.map((item) => readInputMedia(call, item, true))
  if (album.length === 0) throw badRequest('there are no messages to send')
  if (album.length > 10) throw badRequest('too many messages to send as an album')
  if (album.length < 2) throw badRequest('media group must include 2-10 items')
  checkMixture(album)
  const outgoing = album.map(({ kind }) => prepareOutgoing(call, kind as SendKind))
  for (const { caption } of album) checkCaption(caption)
  return readyMedia(album, (ready) => sendAlbum(call, outgoing, ready))
}

/** All are read before the first is sent: an album is sent whole or not at all. */
function sendAlbum(call: MethodCall, outgoing: readonly Outgoing[], album: readonly InputMedia[]): Message[] {
  const contents = album.map((media) => describeMedia(call, media))
  const group = { media_group_id: randomDigits() }
  return contents.map((content, index) =>
    sendContent(call, outgoing[index] as Outgoing, { ...group, ...content }),
  )
}

/** Documents and music go with their like only; photos and videos go together. */
function checkMixture(album: readonly InputMedia[]): void {
  const kinds = new Set(album.map(({ kind }) => kind))
  if (kinds.size === 1) return
  if (kinds.has('audio')) throw badRequest("audio can't be mixed with other media types")
  if (kinds.has('document')) throw badRequest("document can't be mixed with other media types")
}

/** Goes on when every file that stands at an address has been fetched; at once where none does. */
export function readyMedia<T>(
  media: readonly InputMedia[],
  goOn: (ready: readonly InputMedia[]) => T,
): T | Promise<T> {
  const isAway = (file: InputFile | undefined) => file !== undefined && 'url' in file
  if (!media.some(({ file, still }) => isAway(file) || isAway(still))) return goOn(media)
  const fetched = media.map(async (one) => ({
    ...one,
    file: await fetchOne(one.file, one.kind),
    ...(one.still && { still: await fetchOne(one.still, 'photo') }),
  }))
  return Promise.all(fetched).then(goOn)
}

function fetchOne(file: InputFile, kind: FileKind): InputFile | Promise<InputFile> {
  return 'url' in file ? fetchInputFile(file, kind) : file
}
