/** One message: a bubble with its author, quote, media, text and time, and its inline buttons below. */
import { useMemo, useState } from 'preact/hooks'
import type { InlineKeyboardButton, Message } from '../../bot-api/objects.js'
import { FormattedText, type TextActions } from './formatted-text.js'
import { Media } from './media.js'
import { authorOf, forwardedFrom, serviceText, summaryOf } from './message-summary.js'

/** What can be done with a message. */
export interface MessageActions extends TextActions {
  /** Resolves when the bot has answered, or will not. */
  tap(message: Message, button: InlineKeyboardButton, row: number, column: number): Promise<void>
  reply(message: Message): void
  edit(message: Message): void
  vote(message: Message, options: number[]): void
  show(messageId: number): void
}

interface MessageProps {
  readonly message: Message
  readonly isMine: boolean
  /** Where several people write. */
  readonly hasAuthor: boolean
  readonly actions: MessageActions
}

/** See the file's purpose. Drawn again only where something of it has changed. */
export function MessageView({ message, isMine, hasAuthor, actions }: MessageProps) {
  return useMemo(() => {
    const service = summaryOf(message) === serviceText(message) ? serviceText(message) : undefined
    if (service !== undefined) return <p class="service">{service}</p>
    return <Bubble message={message} isMine={isMine} hasAuthor={hasAuthor} actions={actions} />
  }, [message, isMine, hasAuthor, actions])
}

function Bubble({ message, isMine, hasAuthor, actions }: MessageProps) {
  const author = authorOf(message)
  const text = message.text ?? message.caption
  const forwarded = forwardedFrom(message)
  const rows = message.reply_markup?.inline_keyboard ?? []
  const isWide = message.photo !== undefined || rows.length > 0
  const isBare = text === undefined && (message.sticker !== undefined || message.dice !== undefined)
  const classes = ['message', isMine && 'mine', isWide && 'wide', isBare && 'bare']
  return (
    <article class={classes.filter(Boolean).join(' ')} id={domIdOf(message)}>
      <div class="bubble">
        <span class={hasAuthor && !isMine ? `author ink-${Math.abs(message.from?.id ?? 0) % 7}` : 'hidden'}>
          {author}
          <span class="hidden">: </span>
        </span>
        {forwarded === undefined ? null : <div class="forwarded">Forwarded from {forwarded}</div>}
        <Quote message={message} onShow={actions.show} />
        <Media message={message} onVote={(options) => actions.vote(message, options)} />
        {text === undefined ? null : (
          <FormattedText
            text={text}
            entities={message.text === undefined ? message.caption_entities : message.entities}
            actions={actions}
          />
        )}
        <Meta message={message} />
        <div class="message-tools">
          <button type="button" onClick={() => actions.reply(message)}>
            Reply
          </button>
          {isMine && message.text !== undefined ? (
            <button type="button" onClick={() => actions.edit(message)}>
              Edit
            </button>
          ) : null}
        </div>
      </div>
      {rows.map((buttons, row) => (
        <div class="keys-row" key={row}>
          {buttons.map((button, column) => (
            <InlineKey key={column} button={button} onTap={() => actions.tap(message, button, row, column)} />
          ))}
        </div>
      ))}
    </article>
  )
}

/** The id of a message's element. Two panes may show the same message. */
export function domIdOf({ message_id, chat }: Message): string {
  return `message-${chat.id}-${message_id}`
}

function Quote({ message, onShow }: { message: Message; onShow(messageId: number): void }) {
  const answered = message.reply_to_message
  // In a topic every message answers the one that opened it.
  if (
    answered === undefined ||
    (message.is_topic_message && answered.message_id === message.message_thread_id)
  )
    return null
  const { text } = (message.quote ?? {}) as { text?: string }
  return (
    <button type="button" class="quote" onClick={() => onShow(answered.message_id)}>
      <b>{authorOf(answered)}</b>
      <span>{text ?? summaryOf(answered)}</span>
    </button>
  )
}

function Meta({ message }: { message: Message }) {
  const date = new Date(message.date * 1_000)
  return (
    <span class="meta">
      {message.edit_date === undefined ? null : 'edited '}
      <time dateTime={date.toISOString()} title={date.toLocaleString()}>
        {date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}
      </time>
    </span>
  )
}

function InlineKey({ button, onTap }: { button: InlineKeyboardButton; onTap(): Promise<void> }) {
  const [isWaiting, setWaiting] = useState(false)
  const tap = async () => {
    setWaiting(true)
    await onTap()
    setWaiting(false)
  }
  return (
    <button
      type="button"
      class={isWaiting ? 'key waiting' : 'key'}
      aria-busy={isWaiting}
      onClick={() => void tap()}
    >
      {button.text}
      {button.url === undefined ? null : <span aria-hidden="true"> ↗</span>}
    </button>
  )
}
