/** What the page knows, as the stream tells it. Whoever draws it is told of each change. */
import type { Message } from '../../bot-api/objects.js'
import type { Overview, ShownChat, StreamEvent } from '../stream-events.js'
import { InspectorModel } from './inspector-model.js'

/** What a bot shows to whoever tapped. */
export interface ButtonAnswer {
  readonly text?: string
  readonly showAlert: boolean
}

/** Telegram's apps show a chat action for five seconds at most. */
const actionShownMs = 5_000
const answersKept = 50

/** The state of the page. */
export class PageModel {
  overview: Overview | undefined
  isConnected = false
  readonly inspector = new InspectorModel()
  /** By the chat's key. A new list for each change of it. */
  readonly messages = new Map<string, readonly Message[]>()
  /** What the bot is doing, by the chat's key: `typing`. */
  readonly actions = new Map<string, string>()
  readonly answers = new Map<string, ButtonAnswer>()
  readonly #timers = new Map<string, number>()
  readonly #listeners = new Set<() => void>()

  /** Takes an event in. */
  take(event: StreamEvent): void {
    this.isConnected = true
    if (event.kind === 'setup') this.#setUp(event)
    else if (event.kind === 'overview') this.overview = event.overview
    else if (event.kind === 'inspected') this.inspector.add(event.event)
    else if (event.kind === 'action') this.#act(event.chatKey, event.action)
    else if (event.kind === 'answer') this.#answer(event)
    else if (event.kind === 'delete') {
      this.#change(event.chatKey, (list) => list.filter(({ message_id }) => message_id !== event.messageId))
    } else this.#put(event.chatKey, event.message)
    this.changed()
  }

  /** Tells whoever draws. */
  changed(): void {
    for (const listener of this.#listeners) listener()
  }

  /** Calls `listener` after each change from now on. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The chat with this key, or a person's own with the bot. */
  chat(key: string | undefined, personId: number): ShownChat | undefined {
    const { chats = [] } = this.overview ?? {}
    const isOwn = ({ type, id }: ShownChat) => type === 'private' && id === personId
    return chats.find((chat) => chat.key === key && chat.memberIds.includes(personId)) ?? chats.find(isOwn)
  }

  #setUp({ overview, messages, inspected }: Extract<StreamEvent, { kind: 'setup' }>): void {
    this.overview = overview
    this.messages.clear()
    for (const [key, list] of Object.entries(messages)) this.messages.set(key, list)
    this.inspector.fill(inspected)
  }

  #put(chatKey: string, message: Message): void {
    const isNew = ({ message_id }: Message) => message_id !== message.message_id
    this.#change(chatKey, (list) =>
      list.every(isNew) ? [...list, message] : list.map((one) => (isNew(one) ? one : message)),
    )
    // What it was doing is done.
    if (message.from?.is_bot) this.#act(chatKey, undefined)
  }

  #change(chatKey: string, change: (list: readonly Message[]) => readonly Message[]): void {
    this.messages.set(chatKey, change(this.messages.get(chatKey) ?? []))
  }

  #act(chatKey: string, action: string | undefined): void {
    clearTimeout(this.#timers.get(chatKey))
    if (action === undefined) {
      this.actions.delete(chatKey)
      return
    }
    this.actions.set(chatKey, action)
    const end = () => {
      this.actions.delete(chatKey)
      this.changed()
    }
    this.#timers.set(chatKey, window.setTimeout(end, actionShownMs))
  }

  #answer({ queryId, text, showAlert }: Extract<StreamEvent, { kind: 'answer' }>): void {
    this.answers.set(queryId, { ...(text !== undefined && { text }), showAlert })
    const [oldest] = this.answers.keys()
    if (this.answers.size > answersKept && oldest !== undefined) this.answers.delete(oldest)
  }
}
