/** The messages of a chat, a mark before each day. Stays at the end while one reads there. */
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { Message } from '../../bot-api/objects.js'
import { type MessageActions, MessageView } from './message-view.js'

/** So near to the end counts as there. */
const nearPx = 120

/** See the file's purpose. */
export function MessageList(props: {
  messages: readonly Message[]
  personId: number
  isGroup: boolean
  actions: MessageActions
}) {
  const { messages, personId, isGroup, actions } = props
  const log = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const last = messages.at(-1)
  useLayoutEffect(() => {
    const element = log.current
    if (element && (isAtEnd.current || last?.from?.id === personId)) element.scrollTop = element.scrollHeight
  }, [messages])
  useEffect(() => {
    // A keyboard below, a picture that has come, a narrower window: the end stays in sight.
    const element = log.current as HTMLDivElement
    const observer = new ResizeObserver(() => {
      if (isAtEnd.current) element.scrollTop = element.scrollHeight
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const remember = () => {
    const element = log.current
    if (element) isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < nearPx
  }
  return (
    <div
      class="log"
      ref={log}
      role="log"
      aria-live="polite"
      aria-label="Messages"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it with the keys
      tabIndex={0}
      onScroll={remember}
    >
      {messages.length === 0 ? <p class="service first">No messages yet</p> : null}
      {messages.map((message, index) => (
        <div class="entry" key={message.message_id}>
          {isSameDay(message, messages[index - 1]) ? null : <p class="service">{dayOf(message)}</p>}
          <MessageView
            message={message}
            isMine={message.from?.id === personId}
            hasAuthor={isGroup && messages[index - 1]?.from?.id !== message.from?.id}
            actions={actions}
          />
        </div>
      ))}
    </div>
  )
}

function isSameDay(message: Message, other: Message | undefined): boolean {
  return other !== undefined && dayOf(message) === dayOf(other)
}

function dayOf({ date }: Message): string {
  return new Date(date * 1_000).toLocaleDateString([], { day: 'numeric', month: 'long' })
}
