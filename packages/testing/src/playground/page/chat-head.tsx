/** The head of a chat: who is there, who speaks, and what can be done beside writing. */
import { useRef, useState } from 'preact/hooks'
import type { Overview, ShownChat, ShownPerson } from '../stream-events.js'
import { Avatar } from './avatar.js'
import type { PaneActions } from './pane-actions.js'
import { act } from './server-link.js'

interface ChatHeadProps {
  readonly overview: Overview
  readonly chat: ShownChat
  readonly person: ShownPerson
  /** A chat action: `typing`, `upload_photo`. */
  readonly doing: string | undefined
  readonly isInspectorOpen: boolean
  readonly actions: PaneActions
  onPerson(personId: number): void
  onMenu(): void
  onInspector(): void
  readonly onClose: (() => void) | undefined
}

/** See the file's purpose. */
export function ChatHead(props: ChatHeadProps) {
  const { overview, chat, person, doing, isInspectorOpen, onPerson, onMenu, onInspector, onClose } = props
  const speakers = overview.people.filter(({ id }) => chat.type === 'private' || chat.memberIds.includes(id))
  const about =
    chat.type === 'private'
      ? `@${overview.bot.username}`
      : `${chat.memberIds.length} people${chat.hasBot ? ' and the bot' : ''}`
  return (
    <header class="head">
      <button type="button" class="icon narrow-only" aria-label="People and groups" onClick={onMenu}>
        ☰
      </button>
      <Avatar id={chat.type === 'private' ? overview.bot.id : chat.id} name={chat.title} />
      <div class="who">
        <h2>{chat.title}</h2>
        <p role="status">{doing === undefined ? about : describeAction(doing)}</p>
      </div>
      <label class="speaker">
        <span>as</span>
        <select
          aria-label="Who speaks"
          value={person.id}
          onChange={({ currentTarget }) => onPerson(Number(currentTarget.value))}
        >
          {speakers.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <ChatMenu {...props} />
      <button
        type="button"
        class="icon inspect"
        aria-label="Inspector"
        aria-pressed={isInspectorOpen}
        title="Show what the bot does"
        onClick={onInspector}
      >
        <InspectIcon />
      </button>
      {onClose === undefined ? null : (
        <button type="button" class="icon" aria-label="Close this chat" onClick={onClose}>
          ✕
        </button>
      )}
    </header>
  )
}

/** Deep links, blocking, beginning anew. */
function ChatMenu({ overview, chat, person, actions }: ChatHeadProps) {
  const details = useRef<HTMLDetailsElement>(null)
  const [parameter, setParameter] = useState('')
  const close = () => {
    if (details.current) details.current.open = false
  }
  const run = (name: string, body: object = {}) => {
    close()
    void act(name, { ...actions.place, ...body }).then(actions.tell)
  }
  return (
    <details
      class="menu"
      ref={details}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close()
      }}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (relatedTarget instanceof Node && !currentTarget.contains(relatedTarget)) close()
      }}
    >
      <summary class="icon" aria-label="More" title="More">
        ⋮
      </summary>
      <div class="menu-body">
        {chat.type === 'private' ? (
          <>
            <form
              onSubmit={(event) => {
                event.preventDefault()
                close()
                actions.openDeepLink(parameter)
              }}
            >
              <label>
                Follow a link with a start parameter
                <span class="with-prefix">
                  <span>t.me/{overview.bot.username}?start=</span>
                  <input
                    value={parameter}
                    required
                    pattern="[A-Za-z0-9_\-]{1,64}"
                    title="1–64 letters, digits, _ and -"
                    placeholder="ref_42"
                    onInput={({ currentTarget }) => setParameter(currentTarget.value)}
                  />
                </span>
              </label>
              <button type="submit">Open the link</button>
            </form>
            <button type="button" onClick={() => run(person.hasBlocked ? 'unblock' : 'block')}>
              {person.hasBlocked ? 'Unblock the bot' : 'Block the bot'}
            </button>
          </>
        ) : (
          <button type="button" onClick={() => run('leave')}>
            Leave the group
          </button>
        )}
        <button type="button" onClick={() => run('reset')}>
          Empty every chat
        </button>
      </div>
    </details>
  )
}

function describeAction(action: string): string {
  return `${action.replaceAll('_', ' ').replace('upload', 'sending').replace('record', 'recording')} …`
}

function InspectIcon() {
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <path
        d="M3 12h4l3-8 4 16 3-8h4"
        fill="none"
        stroke="currentColor"
        stroke-width="2"
        stroke-linejoin="round"
        stroke-linecap="round"
      />
    </svg>
  )
}
