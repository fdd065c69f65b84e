/** Files by way of the control API: people send them, and the page shows them without knowing a token. */
import type { ServerResponse } from 'node:http'
import { TestingError } from '../errors.js'
import type { StoredFile } from '../world/file-store.js'
import type { ControlContext } from './control-context.js'

/** Longest body of a request that carries a file: 20 MB of it in base64, and what stands around it. */
export const longestFileBodyBytes = 28 * 1024 * 1024

// Only what a browser draws and cannot run; an SVG could hold a script.
const shownTypes = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp'])

/**
 * Answers with the content of a file that the bot or a person has sent.
 * @throws TestingError FILE_UNKNOWN: there is none, or it was not kept across a restart.
 */
export function answerFile({ bot, world }: ControlContext, fileId: string, response: ServerResponse): void {
  const file = world.state.files.byId(bot.id, fileId)
  if (!file) {
    throw new TestingError(
      'FILE_UNKNOWN',
      `There is no file "${fileId.slice(0, 16)}…". Files are not kept across a restart; send it again.`,
    )
  }
  const type = typeOf(file)
  response.writeHead(200, {
    'content-type': type ?? 'application/octet-stream',
    'content-length': file.content.length,
    'content-disposition': type === undefined ? 'attachment' : 'inline',
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, max-age=3600',
  })
  response.end(file.content)
}

/** The type that a browser may show; undefined for what is only to be saved. What a file begins with counts, not its name. */
function typeOf({ content, mimeType }: StoredFile): string | undefined {
  const head = content.toString('latin1', 0, 12)
  if (head.startsWith('\x89PNG')) return 'image/png'
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (head.startsWith('GIF8')) return 'image/gif'
  if (head.startsWith('RIFF') && head.endsWith('WEBP')) return 'image/webp'
  return mimeType !== undefined && shownTypes.has(mimeType) ? mimeType : undefined
}
