/** The bot's commands with what they do; arrows choose one, Enter sends it. */
import type { RefObject } from 'preact'
import { useLayoutEffect, useState } from 'preact/hooks'
import type { BotCommand } from '../../bot-api/objects.js'

/** See the file's purpose. The keys are taken from the field where the person types. */
export function CommandList(props: {
  commands: readonly BotCommand[]
  input: RefObject<HTMLTextAreaElement>
  onPick(command: string): void
  onClose(): void
}) {
  const { commands, input, onPick, onClose } = props
  const [chosen, setChosen] = useState(-1)
  const at = Math.min(chosen, commands.length - 1)
  // With the list and not after it: a key may follow at once.
  useLayoutEffect(() => {
    const field = input.current
    const onKey = (event: KeyboardEvent) => {
      const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
      const picked = commands[at]
      if (step !== 0)
        setChosen(at < 0 && step < 0 ? commands.length - 1 : (at + step + commands.length) % commands.length)
      else if ((event.key === 'Enter' || event.key === 'Tab') && picked) onPick(picked.command)
      else return
      event.preventDefault()
      event.stopImmediatePropagation()
    }
    // Before the field's own listener, which would send the text.
    field?.addEventListener('keydown', onKey, { capture: true })
    return () => field?.removeEventListener('keydown', onKey, { capture: true })
  }, [commands, at])
  return (
    <ul
      class="commands"
      aria-label="Commands of the bot"
      onKeyDown={({ key }) => {
        if (key === 'Escape') onClose()
      }}
    >
      {commands.map(({ command, description }, index) => (
        <li key={command}>
          <button type="button" class={index === at ? 'chosen' : undefined} onClick={() => onPick(command)}>
            <b>/{command}</b>
            <span>{description}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}
