/** Who there is: people, each with their own chat with the bot, and groups. Adds more of both. */
import { useState } from 'preact/hooks'
import type { Overview, ShownChat, ShownPerson } from '../stream-events.js'
import { AddGroup, AddPerson } from './add-forms.js'
import { Avatar } from './avatar.js'
import type { KeptSettings, Pane } from './kept-settings.js'
import { summaryOf } from './message-summary.js'
import type { PageModel } from './page-model.js'

interface SidebarProps {
  readonly overview: Overview
  readonly model: PageModel
  /** On a narrow screen it lies over the chat. */
  readonly isOpen: boolean
  readonly active: Pane
  readonly theme: KeptSettings['theme']
  onOpen(pane: Pane, isBeside: boolean): void
  onClose(): void
  onTheme(theme: KeptSettings['theme']): void
}

const themes = { system: 'Automatic', light: 'Light', dark: 'Dark' } as const

/** See the file's purpose. */
export function Sidebar(props: SidebarProps) {
  const { overview, model, isOpen, active, theme, onOpen, onClose, onTheme } = props
  const [adding, setAdding] = useState<'person' | 'group'>()
  const groups = overview.chats.filter(({ type }) => type !== 'private')
  const ownChat = (id: number) => overview.chats.find((chat) => chat.type === 'private' && chat.id === id)
  const lastOf = (chat: ShownChat | undefined) => summaryOf(model.messages.get(chat?.key ?? '')?.at(-1))
  const whoIn = ({ memberIds }: ShownChat) =>
    memberIds.includes(active.personId) ? active.personId : (memberIds[0] ?? active.personId)
  return (
    <>
      {isOpen ? <button type="button" class="scrim" aria-label="Close the list" onClick={onClose} /> : null}
      <nav
        class={isOpen ? 'sidebar open' : 'sidebar'}
        aria-label="People and groups"
        onKeyDown={({ key }) => key === 'Escape' && onClose()}
      >
        <h1>
          Playground <span>@{overview.bot.username}</span>
        </h1>
        <div class="chats">
          <h2>People</h2>
          <ul>
            {overview.people.map((person) => (
              <ChatItem
                key={person.id}
                id={person.id}
                name={person.name}
                detail={lastOf(ownChat(person.id)) ?? describe(person)}
                isActive={active.chatKey === undefined && active.personId === person.id}
                onOpen={(isBeside) => onOpen({ personId: person.id }, isBeside)}
              />
            ))}
          </ul>
          {groups.length > 0 ? <h2>Groups</h2> : null}
          <ul>
            {groups.map((group) => (
              <ChatItem
                key={group.key}
                id={group.id}
                name={group.title}
                detail={lastOf(group) ?? `${group.memberIds.length} people`}
                isActive={active.chatKey === group.key}
                onOpen={(isBeside) => onOpen({ personId: whoIn(group), chatKey: group.key }, isBeside)}
              />
            ))}
          </ul>
          <div class="add">
            <button type="button" onClick={() => setAdding('person')}>
              Add a person
            </button>
            <button type="button" onClick={() => setAdding('group')}>
              Add a group
            </button>
          </div>
          {adding === 'person' ? (
            <AddPerson
              onEnd={(id) => {
                setAdding(undefined)
                if (id !== undefined) onOpen({ personId: id }, false)
              }}
            />
          ) : null}
          {adding === 'group' ? (
            <AddGroup people={overview.people} onEnd={() => setAdding(undefined)} />
          ) : null}
        </div>
        <label class="theme">
          Colours
          <select
            value={theme}
            onChange={({ currentTarget }) => onTheme(currentTarget.value as KeptSettings['theme'])}
          >
            {Object.entries(themes).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
      </nav>
    </>
  )
}

function ChatItem(props: {
  id: number
  name: string
  detail: string
  isActive: boolean
  onOpen(isBeside: boolean): void
}) {
  const { id, name, detail, isActive, onOpen } = props
  return (
    <li class={isActive ? 'chat-item active' : 'chat-item'}>
      <button
        type="button"
        class="open-chat"
        aria-current={isActive ? 'true' : undefined}
        onClick={() => onOpen(false)}
      >
        <Avatar id={id} name={name} />
        <span class="chat-name">{name}</span>
        <span class="chat-detail">{detail}</span>
      </button>
      <button
        type="button"
        class="beside"
        title="Open beside the other chat"
        aria-label={`Open ${name} beside the other chat`}
        onClick={() => onOpen(true)}
      >
        <svg viewBox="0 0 24 24" width="16" height="16" aria-hidden="true">
          <path d="M4 5h16v14H4zM12 5v14" fill="none" stroke="currentColor" stroke-width="1.8" />
        </svg>
      </button>
    </li>
  )
}

function describe({ languageCode, hasBlocked }: ShownPerson): string {
  if (hasBlocked) return 'Has blocked the bot'
  return languageCode === undefined ? 'No messages yet' : `Speaks ${languageCode} · no messages yet`
}
