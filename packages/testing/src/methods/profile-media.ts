/** Photos and sounds of profiles, and the status of a person: setMyProfilePhoto, getUserProfilePhotos and their kin. Source: Bot API. */
import { badRequest } from '../bot-api/api-error.js'
import { FieldError, isJsonObject, readAs, requiredText } from '../bot-api/json-fields.js'
import { describeFile } from '../world/file-fields.js'
import type { StoredFile } from '../world/file-store.js'
import { readInputFile, storeInputFile } from './input-file.js'
import { checkPhoto } from './input-media.js'
import type { MethodCall, MethodGroup } from './method.js'
import { readKnownUser } from './user-id.js'

/** The methods of this group. */
export const profileMediaMethods: MethodGroup = {
  getUserProfilePhotos,
  getUserProfileAudios,
  setMyProfilePhoto,
  removeMyProfilePhoto,
  setUserEmojiStatus,
  getUserPersonalChatMessages,
}

function getUserProfilePhotos(call: MethodCall): unknown {
  const { id } = readKnownUser(call)
  const photos = (call.state.profilePhotos.get(id) ?? []).map((file) => describeFile(file).photo)
  return { total_count: photos.length, photos: page(call, photos) }
}

/** People of this world have put no sound on their profiles. */
function getUserProfileAudios(call: MethodCall): unknown {
  readKnownUser(call)
  return { total_count: 0, audios: [] }
}

function setMyProfilePhoto(call: MethodCall): true {
  const { state, bot } = call
  const file = storeProfilePhoto(call)
  // The newest is the current one.
  state.profilePhotos.set(bot.id, [file, ...(state.profilePhotos.get(bot.id) ?? [])])
  return true
}

function removeMyProfilePhoto({ state, bot }: MethodCall): true {
  const [, ...earlier] = state.profilePhotos.get(bot.id) ?? []
  state.profilePhotos.set(bot.id, earlier)
  return true
}

/** Allowed to bots whose Mini App the person gave the access to: see person.allowsEmojiStatus. */
function setUserEmojiStatus(call: MethodCall): true {
  const { state, bot, parameters } = call
  const { id } = readKnownUser(call)
  const record = state.people.get(id)
  if (!record?.emojiStatusBotIds?.has(bot.id)) throw badRequest('USER_PERMISSION_DENIED')
  const emojiId = parameters.text('emoji_status_custom_emoji_id') ?? ''
  const expiresUnix = parameters.integer('emoji_status_expiration_date') ?? 0
  if (emojiId !== '' && !/^\d{1,19}$/.test(emojiId)) throw badRequest('DOCUMENT_INVALID')
  record.emojiStatus = emojiId === '' ? undefined : { emojiId, expiresUnix }
  return true
}

/** People of this world show no channel on their profiles. */
function getUserPersonalChatMessages(call: MethodCall): unknown {
  readKnownUser(call)
  return []
}

/**
 * Reads an InputProfilePhoto and keeps its file.
 * @throws ApiError 400 `can't parse InputProfilePhoto: …`, `PHOTO_CROP_SIZE_SMALL`.
 */
function storeProfilePhoto(call: MethodCall): StoredFile {
  const value = call.parameters.json('photo', 'InputProfilePhoto')
  const { kind, media } = readAs("can't parse InputProfilePhoto", () => {
    if (!isJsonObject(value)) throw new FieldError('InputProfilePhoto must be an Object')
    const type = requiredText(value, 'type')
    if (type === 'static') return { kind: 'photo' as const, media: requiredText(value, 'photo') }
    if (type === 'animated') return { kind: 'animation' as const, media: requiredText(value, 'animation') }
    throw new FieldError('Unsupported type specified')
  })
  if (!media.startsWith('attach://')) throw badRequest('photo must be uploaded as an InputFile')
  const input = readInputFile(call, kind, '', media)
  if (kind === 'photo' && 'upload' in input) {
    const { width, height } = checkPhoto(input.upload.content)
    if (Math.min(width, height) < smallestSide) throw badRequest('PHOTO_CROP_SIZE_SMALL')
  }
  return { ...storeInputFile(call, kind, input), kind: 'photo' }
}

const smallestSide = 160

function page<T>({ parameters }: MethodCall, all: readonly T[]): readonly T[] {
  const offset = Math.max(0, parameters.integer('offset') ?? 0)
  const limit = Math.min(100, Math.max(1, parameters.integer('limit') ?? 100))
  return all.slice(offset, offset + limit)
}
