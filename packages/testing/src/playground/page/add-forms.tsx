/** Forms that add a person or a group to the world. */
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { ShownPerson } from '../stream-events.js'
import { act } from './server-link.js'

/** Asks for a name and a language. */
export function AddPerson({ onEnd }: { onEnd(id?: number): void }) {
  const [firstName, setFirstName] = useState('')
  const [languageCode, setLanguageCode] = useState('en')
  const submit = async () => {
    const result = await act('person', {
      firstName,
      ...(languageCode.trim() && { languageCode: languageCode.trim() }),
    })
    if (result.ok) onEnd(result.id as number)
    return result.ok ? undefined : result.message
  }
  return (
    <AddForm label="Add a person" submit={submit} onCancel={() => onEnd()}>
      <label>
        Name
        <input
          ref={focus}
          required
          value={firstName}
          onInput={({ currentTarget }) => setFirstName(currentTarget.value)}
        />
      </label>
      <label>
        Language
        <input
          value={languageCode}
          placeholder="en"
          maxLength={12}
          onInput={({ currentTarget }) => setLanguageCode(currentTarget.value)}
        />
      </label>
    </AddForm>
  )
}

/** Asks for a title, and who is in it with the bot. */
export function AddGroup({ people, onEnd }: { people: readonly ShownPerson[]; onEnd(): void }) {
  const [title, setTitle] = useState('')
  const [outside, setOutside] = useState<readonly number[]>([])
  const [isAdministrator, setAdministrator] = useState(false)
  const members = people.map(({ id }) => id).filter((id) => !outside.includes(id))
  const submit = async () => {
    if (members.length === 0) return 'Somebody has to be in the group.'
    const result = await act('group', { title, members, isAdministrator })
    if (result.ok) onEnd()
    return result.ok ? undefined : result.message
  }
  const toggle = (id: number) =>
    setOutside(outside.includes(id) ? outside.filter((one) => one !== id) : [...outside, id])
  return (
    <AddForm label="Add a group" submit={submit} onCancel={onEnd}>
      <label>
        Title
        <input
          ref={focus}
          required
          value={title}
          onInput={({ currentTarget }) => setTitle(currentTarget.value)}
        />
      </label>
      <fieldset>
        <legend>Members beside the bot</legend>
        {people.map(({ id, name }) => (
          <label key={id} class="check">
            <input type="checkbox" checked={!outside.includes(id)} onChange={() => toggle(id)} />
            {name}
          </label>
        ))}
      </fieldset>
      <label class="check" title="An administrator gets every message; another bot only what is meant for it">
        <input
          type="checkbox"
          checked={isAdministrator}
          onChange={() => setAdministrator(!isAdministrator)}
        />
        The bot is an administrator
      </label>
    </AddForm>
  )
}

function AddForm(props: {
  label: string
  submit(): Promise<string | undefined>
  onCancel(): void
  children: ComponentChildren
}) {
  const { label, submit, onCancel, children } = props
  const [refusal, setRefusal] = useState<string>()
  return (
    <form
      class="add-form"
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault()
        void submit().then(setRefusal)
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        onCancel()
      }}
    >
      {children}
      {refusal ? <p role="alert">{refusal}</p> : null}
      <div class="form-end">
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
        <button type="submit" class="primary">
          Add
        </button>
      </div>
    </form>
  )
}

/** The field that a form begins with: whoever has opened it wants to write there. */
const focus = (field: HTMLInputElement | null) => field?.focus()
