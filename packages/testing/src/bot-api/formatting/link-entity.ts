/** The entities that links in markup become: a link, the mention of a person, a custom emoji, a date. */
import { normaliseLink, userIdOfLink } from '../link.js'
import type { MessageEntity } from '../objects.js'
import { dateTimeEntity } from './date-time.js'
import { refuseMarkup } from './parse-refusal.js'

const customEmojiId = /^[1-9]\d{0,18}$/

/** What a link makes of a span: `text_mention` of an id, `text_link`, or nothing where it is no link. */
export function linkEntity(url: string, offset: number, length: number): MessageEntity | undefined {
  const userId = userIdOfLink(url)
  if (userId !== undefined) {
    // Who this is, the caller looks up: here only the id is known.
    return { type: 'text_mention', offset, length, user: { id: userId, is_bot: false, first_name: '' } }
  }
  // Here, unlike in a button, a blank at the end spoils the link.
  const normal = url === url.trim() ? normaliseLink(url) : ''
  return normal === '' ? undefined : { type: 'text_link', offset, length, url: normal }
}

/**
 * What `tg://emoji?id=…` or `tg://time?unix=…&format=…` makes of a span.
 * @throws ApiError 400 `can't parse entities: Invalid tg://emoji or tg://time URL specified`.
 */
export function appLinkEntity(link: string, offset: number, length: number): MessageEntity {
  const [, host = '', query = ''] = /^tg:(?:\/\/)?(emoji|time)\/?\?([^#]*)/i.exec(link) ?? []
  const given = new URLSearchParams(query)
  const id = given.get('id') ?? ''
  const entity =
    host.toLowerCase() === 'time'
      ? dateTimeEntity(given.get('unix') ?? '', given.get('format') ?? '', { offset, length })
      : host !== '' && customEmojiId.test(id)
        ? { type: 'custom_emoji', offset, length, custom_emoji_id: id }
        : undefined
  if (!entity) throw refuseMarkup('Invalid tg://emoji or tg://time URL specified')
  return entity
}

/** @throws ApiError 400 `can't parse entities: Invalid custom emoji identifier specified`. */
export function checkCustomEmojiId(id: string): string {
  if (customEmojiId.test(id)) return id
  throw refuseMarkup('Invalid custom emoji identifier specified')
}
