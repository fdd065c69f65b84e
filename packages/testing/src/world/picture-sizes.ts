/** The pictures that Telegram makes of a file: smaller sizes of a photo, the thumbnail of everything else that is seen. */
import { type ImageSize, readImageSize } from '../bot-api/image-size.js'
import { readMediaFacts } from '../bot-api/media-facts.js'
import { drawPlainPicture, fitInto } from '../bot-api/plain-picture.js'
import type { FileKind } from './file-kind.js'

/** A picture that goes with a file. */
export interface MadePicture extends ImageSize {
  readonly content: Buffer
}

// Of the sizes s, m, x and y: https://core.telegram.org/api/files#image-thumbnail-types; s has been seen as 90.
const photoSides = [90, 320, 800, 1280]
const thumbnailSide = 320
const animatedStickerThumbnail = { width: 128, height: 128 }

/** The smaller sizes of a photo, the smallest first; none of what is small already or no picture. */
export function smallerSizes(content: Buffer): MadePicture[] {
  const size = readImageSize(content)
  if (!size) return []
  const longest = Math.max(size.width, size.height)
  return photoSides.filter((side) => side < longest).map((side) => draw(fitInto(size, side)))
}

/**
 * The thumbnail of a file that is no photo; undefined where there is nothing to see.
 * @param given The picture that came with the upload. Where the file has a size of its own, its thumbnail has the same shape.
 * @param asked Width and height that came with the call.
 */
export function thumbnailFor(
  kind: FileKind,
  fileName: string,
  content: Buffer,
  given: Buffer | undefined,
  asked: Partial<ImageSize>,
): MadePicture | undefined {
  const own = shapeOf(kind, fileName, content, asked)
  const shape = own ?? (given && readImageSize(given))
  if (!shape) return undefined
  const size = fitInto(shape, thumbnailSide)
  return given && readImageSize(given) ? { ...size, content: given } : draw(size)
}

function shapeOf(
  kind: FileKind,
  fileName: string,
  content: Buffer,
  asked: Partial<ImageSize>,
): ImageSize | undefined {
  if (kind === 'audio' || kind === 'voice') return undefined
  if (kind === 'sticker' && fileName.endsWith('.tgs')) return animatedStickerThumbnail
  const read = readImageSize(content) ?? readMediaFacts(content)
  const width = asked.width || read.width || 0
  const height = asked.height || read.height || 0
  return width > 0 && height > 0 ? { width, height } : undefined
}

function draw(size: ImageSize): MadePicture {
  return { ...size, content: drawPlainPicture(size) }
}
