/** sendPaidMedia: photos and videos that people pay for with stars. Source: Bot API; Client.cpp (get_input_paid_media). */
import { badRequest } from '../bot-api/api-error.js'
import { FieldError, isJsonObject, optionalText, readAs, requiredText } from '../bot-api/json-fields.js'
import { readInputFile } from './input-file.js'
import { describeFiles, type InputMedia } from './input-media.js'
import { readyMedia } from './media.js'
import { checkCaption, parseCaption } from './message-text.js'
import type { MethodCall, MethodGroup } from './method.js'
import { prepareOutgoing, sendContent } from './outgoing.js'

/** The methods of this group. */
export const paidMediaMethods: MethodGroup = { sendPaidMedia }

const mostStars = 25_000

function sendPaidMedia(call: MethodCall): unknown {
  const { parameters } = call
  const starCount = parameters.integer('star_count') ?? 0
  const value = parameters.json('media', 'media')
  if (!Array.isArray(value)) throw badRequest('expected an Array of InputPaidMedia')
  const media = value.map((item) => readAs("can't parse InputPaidMedia", () => readPaidMedia(call, item)))
  const caption = parseCaption(call)
  const outgoing = prepareOutgoing(call, 'photo')
  checkCaption(caption)
  if (starCount < 1 || starCount > mostStars) throw badRequest('STARS_AMOUNT_INVALID')
  if (media.length < 1 || media.length > 10) throw badRequest('MEDIA_INVALID')
  return readyMedia(media, (ready) => {
    const paid_media = ready.map((one) => describePaid(call, one))
    const sent = sendContent(call, outgoing, {
      paid_media: { star_count: starCount, paid_media },
      ...(caption && { caption: caption.text }),
      ...(caption && caption.entities.length > 0 && { caption_entities: [...caption.entities] }),
      ...(parameters.flag('show_caption_above_media') && { show_caption_above_media: true }),
    })
    const payload = parameters.text('payload') ?? ''
    if (payload !== '') outgoing.chat.settings.payloads.set(sent.message_id, payload)
    return sent
  })
}

function readPaidMedia(call: MethodCall, value: unknown): InputMedia {
  if (!isJsonObject(value)) throw new FieldError('expected an Object')
  const media = optionalText(value, 'media') ?? ''
  if (media === '') throw new FieldError('media not found')
  const type = requiredText(value, 'type')
  const common = { caption: undefined, options: value }
  if (type === 'photo') return { kind: 'photo', file: readInputFile(call, 'photo', '', media), ...common }
  const file = readInputFile(call, 'video', '', media)
  if (type === 'video') return { kind: 'video', file, ...common }
  if (type !== 'live_photo') throw new FieldError(`type "${type}" is unsupported`)
  const still = readInputFile(call, 'photo', '', optionalText(value, 'photo') ?? '')
  return { kind: 'video', file, still, ...common }
}

/** The bot sees what it sends; people see a blurred preview until they have paid. */
function describePaid(call: MethodCall, media: InputMedia): object {
  const { photo, video, live_photo } = describeFiles(call, media)
  if (live_photo) return { type: 'live_photo', live_photo }
  return video ? { type: 'video', video } : { type: 'photo', photo }
}
