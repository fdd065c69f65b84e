/** What core itself says to people. An app may say it otherwise: `createApp({ texts: { core: { en: { … } } } })`. */
import { defineTexts, type Texts } from './define-texts.js'

/** Whose texts these are, where an app overrides them. */
export const coreTextsOwner = 'core'

/** See the file's purpose. A key that is added here needs nothing more. */
export const coreTexts = defineTexts({
  en: {
    apology: 'Sorry, something went wrong. Please try again later. (No. {{reference}})',
    button: { stale: 'This button no longer works.' },
    guard: { private: 'Please write this to me in our private chat.' },
    help: { heading: 'What I can do:', description: 'What I can do' },
    conversation: {
      cancelled: 'Cancelled.',
      lost: 'Sorry, I have lost the thread. Please start again.',
    },
  },
  ru: {
    apology: 'Извините, что-то пошло не так. Попробуйте, пожалуйста, позже. (№ {{reference}})',
    button: { stale: 'Эта кнопка больше не работает.' },
    guard: { private: 'Напишите мне это, пожалуйста, в личном чате.' },
    help: { heading: 'Что я умею:', description: 'Что я умею' },
    conversation: {
      cancelled: 'Отменено.',
      lost: 'Извините, я потерял нить разговора. Начните, пожалуйста, сначала.',
    },
  },
})

/** The keys of core's texts and the values that each takes. */
export type CoreVariables = typeof coreTexts extends Texts<infer V> ? V : never
