/** sendPhoto, sendDocument, getFile: uploads and what is sent again by its id. */
import { badRequest, notModelled } from '../bot-api/api-error.js'
import { readImageSize } from '../bot-api/image-size.js'
import type { Message } from '../bot-api/objects.js'
import type { StoredFile } from '../world/file-store.js'
import { parseCaption } from './message-text.js'
import type { MethodCall, MethodGroup } from './method.js'
import type { UploadedFile } from './parameters.js'
import { parseReplyMarkup } from './reply-markup.js'
import { findRepliedMessage } from './reply-target.js'
import { findWritableChat } from './target-chat.js'

/** The methods of this group. */
export const fileMethods: MethodGroup = { sendPhoto, sendDocument, getFile }

function sendPhoto(call: MethodCall): Message {
  return sendFile(call, 'photo', (file) => {
    const size = readImageSize(file.content)
    // Telegram decodes what it is sent as a photo and refuses what is none.
    if (!size) throw badRequest('IMAGE_PROCESS_FAILED')
    if (size.width + size.height > 10_000) throw badRequest('PHOTO_INVALID_DIMENSIONS')
    return {
      photo: [
        {
          file_id: file.fileId,
          file_unique_id: file.fileUniqueId,
          ...size,
          file_size: file.content.length,
        },
      ],
    }
  })
}

function sendDocument(call: MethodCall): Message {
  return sendFile(call, 'document', (file) => ({
    document: {
      file_id: file.fileId,
      file_unique_id: file.fileUniqueId,
      file_name: file.fileName,
      ...(file.mimeType && { mime_type: file.mimeType }),
      file_size: file.content.length,
    },
  }))
}

function sendFile(
  call: MethodCall,
  field: 'photo' | 'document',
  describe: (file: StoredFile) => Pick<Message, 'photo' | 'document'>,
): Message {
  const { state, bot, parameters } = call
  const caption = parseCaption(call)
  const markup = parseReplyMarkup(parameters)
  const chat = findWritableChat(call)
  const replied = findRepliedMessage(parameters, chat)
  const content = describe(takeFile(call, field))
  return state.post(chat, {
    from: bot.user,
    ...(replied && { reply_to_message: replied }),
    ...content,
    ...(caption && { caption: caption.text }),
    ...(caption && caption.entities.length > 0 && { caption_entities: [...caption.entities] }),
    ...(markup && { reply_markup: markup }),
  })
}

function takeFile({ state, bot, parameters }: MethodCall, field: 'photo' | 'document'): StoredFile {
  const upload = findUpload(field, parameters.files, parameters.text(field))
  if (upload) {
    if (upload.content.length === 0) throw badRequest('file must be non-empty')
    return state.files.add(`${field}s`, { ...upload, botId: bot.id })
  }
  const value = parameters.text(field) ?? ''
  if (value === '') throw badRequest(`there is no ${field} in the request`)
  if (/^https?:/i.test(value)) throw notModelled('sending a file by URL')
  const known = state.files.byId(bot.id, value)
  if (!known) {
    throw badRequest('wrong file identifier/HTTP URL specified')
  }
  return known
}

/** A file comes under the parameter's own name, or under another that `attach://name` points to. */
function findUpload(
  field: string,
  files: ReadonlyMap<string, UploadedFile>,
  value: string | undefined,
): UploadedFile | undefined {
  const attached = /^attach:\/\/(.+)$/.exec(value ?? '')?.[1]
  return files.get(attached ?? field)
}

function getFile({ state, bot, parameters }: MethodCall): unknown {
  const file = state.files.byId(bot.id, parameters.text('file_id') ?? '')
  if (!file) throw badRequest('invalid file_id')
  return {
    file_id: file.fileId,
    file_unique_id: file.fileUniqueId,
    file_size: file.content.length,
    file_path: file.filePath,
  }
}
