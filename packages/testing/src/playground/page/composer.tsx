/** Where a person writes: text, commands, keys of the bot's keyboard, files; also answers and edits. */
import type { RefObject } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Message } from '../../bot-api/objects.js'
import type { ShownChat, ShownKey, ShownPerson } from '../stream-events.js'
import { CommandList } from './command-list.js'
import { authorOf, summaryOf } from './message-summary.js'
import type { Draft, PaneActions } from './pane-actions.js'
import { readFileAsBase64 } from './read-file.js'
import { act } from './server-link.js'

interface ComposerProps {
  readonly chat: ShownChat
  readonly person: ShownPerson
  readonly messages: readonly Message[]
  readonly draft: Draft
  onDraft(draft: Draft): void
  readonly actions: PaneActions
  readonly input: RefObject<HTMLTextAreaElement>
}

const tallestPx = 160
const longestText = 4_096

/** See the file's purpose. */
export function Composer(props: ComposerProps) {
  const { chat, person, messages, draft, onDraft, actions, input } = props
  const [text, setText] = useState('')
  const [isMenuOpen, setMenuOpen] = useState(false)
  const [isKeyboardShown, setKeyboardShown] = useState(true)
  const commands = chat.commands[person.id] ?? []
  const typed = /^\/([a-z0-9_]*)$/i.exec(text)?.[1]
  const offered = isMenuOpen
    ? commands
    : commands.filter(({ command }) => typed !== undefined && command.startsWith(typed))
  const { editing, replyTo } = draft
  const latest = useRef(draft)
  latest.current = draft
  // Before the page is drawn: an effect after it could bring the text back that Escape has just taken away.
  useLayoutEffect(() => {
    if (editing) setText(editing.text ?? '')
  }, [editing])
  useLayoutEffect(() => setKeyboardShown(true), [JSON.stringify(chat.keyboard)])
  useLayoutEffect(() => growWithText(input.current), [text])
  const isBlocked = chat.type === 'private' && person.hasBlocked
  const isUnopened = chat.type === 'private' && messages.length === 0
  // With the field and not after it: whoever has gone on to something else meanwhile is not called back.
  useLayoutEffect(() => {
    if (!isBlocked && !isUnopened) input.current?.focus()
  }, [isBlocked, isUnopened])
  const leave = () => {
    setMenuOpen(false)
    onDraft({})
    if (editing || typed !== undefined) setText('')
  }
  const submit = async () => {
    if (text.trim() === '') return
    const length = [...text].length
    if (length > longestText) {
      return actions.notify(`A message holds ${longestText} characters; this one has ${length}.`)
    }
    // At once: the message is seen, and the next one begun, before the request has its answer.
    setText('')
    onDraft({})
    const isDone = editing
      ? actions.tell(await act('edit', { ...actions.place, messageId: editing.message_id, text }))
      : await actions.send(text, replyTo?.message_id)
    const hasBegunAnother = Boolean(input.current?.value || latest.current.editing || latest.current.replyTo)
    if (isDone || hasBegunAnother) return
    setText(text)
    onDraft(editing ? { editing: { ...editing, text } } : draft)
  }
  const sayCommand = (command: string) => {
    setMenuOpen(false)
    setText('')
    input.current?.focus()
    actions.say(`/${command}`)
  }
  const editLast = () => {
    const last = messages.findLast(({ from, text: own }) => from?.id === person.id && own !== undefined)
    if (last) onDraft({ editing: last })
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.isComposing) return
    if (event.key === 'Escape') leave()
    else if (event.key === 'ArrowUp' && text === '' && !editing) {
      event.preventDefault()
      editLast()
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      void submit()
    }
  }
  if (isBlocked) {
    const unblock = () => void act('unblock', actions.place).then(actions.tell)
    return <BigButton label="Unblock the bot" onPress={unblock} />
  }
  if (isUnopened) {
    return <BigButton label="Start" onPress={() => actions.say('/start')} />
  }
  return (
    <form
      class="composer-area"
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      {offered.length > 0 ? (
        <CommandList commands={offered} input={input} onPick={sayCommand} onClose={leave} />
      ) : null}
      {editing || replyTo ? (
        <div class="context">
          <div>
            <b>{editing ? 'Edit' : `Reply to ${authorOf(replyTo as Message)}`}</b>
            <span>{summaryOf(editing ?? replyTo)}</span>
          </div>
          <button type="button" class="icon" aria-label="Cancel" onClick={leave}>
            ✕
          </button>
        </div>
      ) : null}
      <div class="composer">
        {commands.length > 0 ? (
          <button
            type="button"
            class="icon"
            aria-label="Commands"
            aria-expanded={isMenuOpen}
            onClick={() => setMenuOpen(!isMenuOpen)}
          >
            /
          </button>
        ) : null}
        <Attach actions={actions} />
        <textarea
          ref={input}
          rows={1}
          value={text}
          placeholder="Message"
          aria-label="Message"
          enterkeyhint="send"
          dir="auto"
          onInput={({ currentTarget }) => setText(currentTarget.value)}
          onKeyDown={onKey}
        />
        {chat.keyboard ? (
          <button
            type="button"
            class="icon"
            aria-label="Keyboard of the bot"
            aria-pressed={isKeyboardShown}
            onClick={() => setKeyboardShown(!isKeyboardShown)}
          >
            ⌨
          </button>
        ) : null}
        <button type="submit" class="send" aria-label="Send">
          <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
            <path d="M3 20.5 21.5 12 3 3.5 3 10l12 2-12 2z" fill="currentColor" />
          </svg>
        </button>
      </div>
      {chat.keyboard && isKeyboardShown ? <ReplyKeyboard rows={chat.keyboard} actions={actions} /> : null}
    </form>
  )
}

function ReplyKeyboard(props: { rows: readonly (readonly ShownKey[])[]; actions: PaneActions }) {
  const { rows, actions } = props
  const press = (key: ShownKey) => void act('press', { ...actions.place, key: key.text }).then(actions.tell)
  return (
    <fieldset class="reply-keys" aria-label="Keyboard of the bot">
      {rows.map((row, index) => (
        <div class="keys-row" key={index}>
          {row.map((key, column) => (
            <button type="button" class="reply-key" key={column} onClick={() => press(key)}>
              {key.asks === 'contact' ? '👤 ' : key.asks === 'location' ? '📍 ' : ''}
              {key.text}
            </button>
          ))}
        </div>
      ))}
    </fieldset>
  )
}

function Attach({ actions }: { actions: PaneActions }) {
  const picker = useRef<HTMLInputElement>(null)
  const send = async (file: File) => {
    const kind = /^image\/(jpeg|png|webp)$/.test(file.type) ? 'photo' : 'document'
    const content = await readFileAsBase64(file)
    actions.tell(await act('file', { ...actions.place, kind, content, fileName: file.name }))
  }
  return (
    <>
      <button
        type="button"
        class="icon"
        aria-label="Send a photo or file"
        onClick={() => picker.current?.click()}
      >
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
          <path
            d="M20 11.5 11.8 19.7a5 5 0 0 1-7.1-7.1l8.6-8.6a3.4 3.4 0 0 1 4.8 4.8l-8.5 8.5a1.7 1.7 0 0 1-2.4-2.4l7.8-7.8"
            fill="none"
            stroke="currentColor"
            stroke-width="1.8"
            stroke-linecap="round"
          />
        </svg>
      </button>
      <input
        ref={picker}
        type="file"
        class="hidden"
        tabIndex={-1}
        aria-label="File to send"
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? []
          if (file) void send(file)
          currentTarget.value = ''
        }}
      />
    </>
  )
}

/** In place of the field, where there is but one thing to do. */
function BigButton({ label, onPress }: { label: string; onPress(): void }) {
  return (
    <div class="composer-area">
      <div class="composer">
        <button type="button" class="start" onClick={onPress}>
          {label}
        </button>
      </div>
    </div>
  )
}

function growWithText(element: HTMLTextAreaElement | null): void {
  if (!element) return
  element.style.height = 'auto'
  element.style.height = `${Math.min(tallestPx, element.scrollHeight + 2)}px`
}
