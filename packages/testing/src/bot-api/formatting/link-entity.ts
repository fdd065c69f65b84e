/** The entities that links in markup become: a link, the mention of a person, a custom emoji. */
import { normaliseLink, userIdOfLink } from '../link.js'
import type { MessageEntity } from '../objects.js'
import { refuseMarkup } from './parse-refusal.js'

/** What a link makes of a span: `text_mention` of an id, `text_link`, or nothing where it is no link. */
export function linkEntity(url: string, offset: number, length: number): MessageEntity | undefined {
  const userId = userIdOfLink(url)
  if (userId !== undefined) {
    // Who this is, the caller looks up: here only the id is known.
    return { type: 'text_mention', offset, length, user: { id: userId, is_bot: false, first_name: '' } }
  }
  const normal = normaliseLink(url)
  return normal === '' ? undefined : { type: 'text_link', offset, length, url: normal }
}

/**
 * The id in `tg://emoji?id=…`.
 * @throws ApiError 400 `can't parse entities: Custom emoji URL must …`.
 */
export function customEmojiIdOfLink(link: string): string {
  const lowered = link.toLowerCase()
  if (!lowered.startsWith('tg:')) throw refuseMarkup('Custom emoji URL must have scheme tg')
  const rest = lowered.slice(3).replace(/^\/\//, '')
  if (!/^emoji(?:[/?#]|$)/.test(rest)) throw refuseMarkup('Custom emoji URL must have host "emoji"')
  const query = /^emoji\/?\?([^#]*)/.exec(rest)?.[1]
  const id = query === undefined ? null : new URLSearchParams(query).get('id')
  if (id === null) throw refuseMarkup('Custom emoji URL must have an emoji identifier')
  return checkCustomEmojiId(id)
}

/** @throws ApiError 400 `can't parse entities: Invalid custom emoji identifier specified`. */
export function checkCustomEmojiId(id: string): string {
  if (/^\d{1,19}$/.test(id) && BigInt(id) > 0n) return id
  throw refuseMarkup('Invalid custom emoji identifier specified')
}
