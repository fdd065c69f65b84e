/** A person in lines of text, as `/me` and `/user` show them. Pure. */
import type { TextsOf, Translate } from '@hello/core'
import type { UsersContract } from './contract.js'
import type { UserRecord } from './user-record.js'

/** The plugin's texts in one language. */
export type UsersTranslate = Translate<TextsOf<UsersContract>>

/** What is kept of a person, a line each; what is not known is left out. */
export function userLines(user: UserRecord, t: UsersTranslate, language: string): string[] {
  return [
    t('me.id', { telegramId: user.telegramId }),
    ...(user.fullName === '' ? [] : [t('me.name', { name: user.fullName })]),
    ...(user.username === null ? [] : [t('me.username', { username: user.username })]),
    ...(user.languageCode === null ? [] : [t('me.telegramLanguage', { language: user.languageCode })]),
    ...(user.language === null ? [] : [t('me.language', { language: user.language })]),
    ...(user.role === 'user' ? [] : [t('me.role', { role: user.role })]),
    t('me.status', { status: user.status }),
    t('me.since', { date: shownDate(user.createdAt, language) }),
    t('me.messages', { messages: user.totalMessages }),
    ...(user.lastActivityAt === null
      ? []
      : [t('me.seen', { date: shownDate(user.lastActivityAt, language) })]),
  ]
}

/** Day, hour and minute, in UTC: a bot does not know where people are. */
export function shownDate(date: Date, language: string): string {
  const options = { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' } as const
  return `${new Intl.DateTimeFormat(language, options).format(date)} UTC`
}
