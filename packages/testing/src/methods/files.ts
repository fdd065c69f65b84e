/** getFile: where a file is downloaded. Photos of profiles: see profile-media.ts. */
import { badRequest } from '../bot-api/api-error.js'
import type { MethodCall, MethodGroup } from './method.js'

/** The methods of this group. */
export const fileMethods: MethodGroup = { getFile }

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
