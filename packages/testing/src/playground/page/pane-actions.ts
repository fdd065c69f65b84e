/** What a person can do in a chat beside typing: everything that a click asks of the server. */
import type { InlineKeyboardButton, Message } from '../../bot-api/objects.js'
import type { Overview } from '../stream-events.js'
import { readDeepLink } from './formatted-text.js'
import { domIdOf, type MessageActions } from './message-view.js'
import type { ButtonAnswer, PageModel } from './page-model.js'
import { type ActionResult, act } from './server-link.js'

/** What the next text belongs to. */
export interface Draft {
  readonly replyTo?: Message
  readonly editing?: Message
}

/** As long as a bot may take before the button shows no more that it waits. */
const longestWaitMs = 15_000

/** Everything that a person can do in a chat. */
export interface PaneActions extends MessageActions {
  readonly place: Readonly<Record<string, unknown>>
  /** Shows why an action was refused; whether it was carried out. */
  tell(result: ActionResult): boolean
  send(text: string, replyTo?: number): Promise<boolean>
  notify(text: string): void
}

/** Builds them for one person in one chat. */
export function createActions(means: {
  readonly model: PageModel
  readonly place: Readonly<Record<string, unknown>>
  readonly overview: Overview
  tell(result: ActionResult): boolean
  say(text: string, replyTo?: number): Promise<boolean>
  setNotice(text: string): void
  setAlert(text: string): void
  setDraft(draft: Draft): void
  focus(): void
}): PaneActions {
  const { model, place, overview, tell, say, setNotice, setAlert, setDraft, focus } = means
  const { username } = overview.bot
  const tapOnServer = async (message: Message, button: InlineKeyboardButton, row: number, column: number) => {
    const result = await act('tap', {
      ...place,
      messageId: message.message_id,
      button: button.text,
      row,
      column,
    })
    if (!tell(result) || !result.ok || typeof result.queryId !== 'string') return
    const answer = await answerTo(model, result.queryId)
    if (!answer?.text) return
    if (answer.showAlert) setAlert(answer.text)
    else setNotice(answer.text)
  }
  return {
    place,
    tell,
    send: say,
    say: (text) => void say(text),
    notify: setNotice,
    botUsername: username,
    openDeepLink: (parameter) => void say(`/start ${parameter}`),
    tap: async (message, button, row, column) => {
      if (button.callback_data !== undefined) return tapOnServer(message, button, row, column)
      const deepLink = readDeepLink(button.url ?? '', username)
      if (deepLink !== undefined) await say(`/start ${deepLink}`)
      else openElsewhere(button, setNotice)
    },
    reply: (message) => {
      setDraft({ replyTo: message })
      focus()
    },
    edit: (message) => {
      setDraft({ editing: message })
      focus()
    },
    vote: (message, options) =>
      void act('vote', { ...place, messageId: message.message_id, options }).then(tell),
    show: (messageId) => {
      const chatId = place.chat ?? place.from
      const id = domIdOf({ message_id: messageId, chat: { id: chatId } } as Message)
      document.getElementById(id)?.scrollIntoView({ block: 'center', behavior: 'smooth' })
    },
  }
}

/** What the bot says to a tap; undefined where it says nothing in time. A quick one has answered already. */
function answerTo(model: PageModel, queryId: string) {
  return new Promise<ButtonAnswer | undefined>((resolve) => {
    const look = () => {
      const answer = model.answers.get(queryId)
      if (answer !== undefined) end(answer)
    }
    const end = (answer?: ButtonAnswer) => {
      clearTimeout(timer)
      unsubscribe()
      resolve(answer)
    }
    const timer = setTimeout(end, longestWaitMs)
    const unsubscribe = model.subscribe(look)
    look()
  })
}

/** What a button does that the bot is not told of. */
function openElsewhere(button: InlineKeyboardButton, notify: (text: string) => void): void {
  const { url, copy_text } = button as { url?: string; copy_text?: { text: string } }
  if (url !== undefined && /^https?:\/\//i.test(url)) {
    window.open(url, '_blank', 'noopener,noreferrer')
  } else if (copy_text !== undefined) {
    void navigator.clipboard?.writeText(copy_text.text).then(() => notify(`Copied: ${copy_text.text}`))
  } else {
    const kind = Object.keys(button).find((name) => name !== 'text') ?? 'nothing'
    notify(url ?? `Telegram's apps do this (${kind}); this page does not.`)
  }
}
