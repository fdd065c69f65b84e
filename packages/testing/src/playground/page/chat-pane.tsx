/** A chat as one person sees it: head, messages, and what they can do. */
import { useMemo, useRef, useState } from 'preact/hooks'
import type { Overview } from '../stream-events.js'
import { Alert, Toast } from './announcements.js'
import { ChatHead } from './chat-head.js'
import { Composer } from './composer.js'
import type { Pane } from './kept-settings.js'
import { MessageList } from './message-list.js'
import type { PageModel } from './page-model.js'
import { createActions, type Draft } from './pane-actions.js'
import { type ActionResult, act } from './server-link.js'

interface ChatPaneProps {
  readonly model: PageModel
  readonly overview: Overview
  readonly pane: Pane
  readonly isActive: boolean
  readonly isInspectorOpen: boolean
  onActive(): void
  onPerson(personId: number): void
  onMenu(): void
  onInspector(): void
  /** Absent for the only one. */
  readonly onClose: (() => void) | undefined
}

/** See the file's purpose. */
export function ChatPane(props: ChatPaneProps) {
  const { model, overview, pane, isActive } = props
  const [notice, setNotice] = useState<string>()
  const [alert, setAlert] = useState<string>()
  const [draft, setDraft] = useState<Draft>({})
  const input = useRef<HTMLTextAreaElement>(null)
  const chat = model.chat(pane.chatKey, pane.personId)
  const person = overview.people.find(({ id }) => id === pane.personId)
  const place = useMemo(
    () => ({ from: pane.personId, ...(chat?.type !== 'private' && chat && { chat: chat.id }) }),
    [pane.personId, chat?.id, chat?.type],
  )
  const actions = useMemo(() => {
    const tell = (result: ActionResult) => {
      if (!result.ok) setNotice(result.message)
      return result.ok
    }
    const say = async (text: string, replyTo?: number) =>
      tell(await act('say', { ...place, text, ...(replyTo !== undefined && { replyTo }) }))
    return createActions({
      model,
      place,
      tell,
      say,
      setNotice,
      setAlert,
      setDraft,
      overview,
      focus: () => input.current?.focus(),
    })
  }, [model, place, overview.bot.username])
  if (!chat || !person) return null
  const messages = model.messages.get(chat.key) ?? []
  return (
    <section
      class={isActive ? 'pane active' : 'pane'}
      aria-label={`${chat.title}, as ${person.name}`}
      onFocusIn={props.onActive}
      onPointerDown={props.onActive}
    >
      <ChatHead
        {...props}
        chat={chat}
        person={person}
        doing={model.actions.get(chat.key)}
        actions={actions}
      />
      <MessageList
        messages={messages}
        personId={person.id}
        isGroup={chat.type !== 'private'}
        actions={actions}
      />
      {notice === undefined ? null : <Toast text={notice} onEnd={() => setNotice(undefined)} />}
      {alert === undefined ? null : <Alert text={alert} onEnd={() => setAlert(undefined)} />}
      <Composer
        key={chat.key}
        chat={chat}
        person={person}
        messages={messages}
        draft={draft}
        onDraft={setDraft}
        actions={actions}
        input={input}
      />
    </section>
  )
}
