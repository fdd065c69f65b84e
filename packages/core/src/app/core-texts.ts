/** What core itself says to people, in its languages. */

const texts = {
  en: {
    buttonOutOfDate: 'This button is out of date.',
  },
  ru: {
    buttonOutOfDate: 'Эта кнопка устарела.',
  },
} as const

/** The name of a text of core. */
export type CoreText = keyof (typeof texts)['en']

/** A text in the person's language, else in English. @param language an IETF tag, as Telegram gives it */
export function coreTextFor(language: string | undefined, name: CoreText): string {
  const known = language?.slice(0, 2).toLowerCase() === 'ru' ? 'ru' : 'en'
  return texts[known][name]
}
