/** getFile, getUserProfilePhotos: what a bot asks about files. */
import { badRequest } from '../bot-api/api-error.js'
import type { MethodCall, MethodGroup } from './method.js'
import { readUserId } from './user-id.js'

/** The methods of this group. */
export const fileMethods: MethodGroup = { getFile, getUserProfilePhotos }

const largestDownloadBytes = 20 * 1024 * 1024

function getFile({ state, bot, parameters }: MethodCall): unknown {
  const fileId = parameters.text('file_id') ?? ''
  if (fileId === '') throw badRequest('file_id not specified')
  const file = state.files.byId(bot.id, fileId)
  if (!file) throw badRequest('invalid file_id')
  if (file.content.length > largestDownloadBytes) throw badRequest('file is too big')
  return {
    file_id: file.fileId,
    file_unique_id: file.fileUniqueId,
    file_size: file.content.length,
    file_path: file.filePath,
  }
}

function getUserProfilePhotos({ state, parameters }: MethodCall): unknown {
  if (!state.user(readUserId(parameters))) throw badRequest('user not found')
  return { total_count: 0, photos: [] }
}
