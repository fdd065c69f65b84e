/** One line of the inspector: a statement, a call of the Bot API, or anything else that happened. */
import { useState } from 'preact/hooks'
import type { ShownError } from '../stream-events.js'
import type { InspectorItem } from './inspector-model.js'

/** See the file's purpose. A call and a long statement open with a click. */
export function LineView({ line }: { line: Exclude<InspectorItem, { type: 'record' }> }) {
  const [isOpen, setOpen] = useState(false)
  const { tag, text, detail, isBad } = describe(line)
  const error = line.type === 'note' ? line.error : undefined
  return (
    <div class={isBad ? 'line bad' : 'line'}>
      <button type="button" class="line-head" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span class={`tag ${tag}`}>{tag}</span>
        <span class="line-text">{text}</span>
        <Duration ms={line.durationMs} />
      </button>
      {isBad && line.type === 'call' ? (
        <p class="refusal">{[line.errorCode, line.description].filter(Boolean).join(' ')}</p>
      ) : null}
      {isOpen && detail !== undefined ? <pre class="raw">{detail}</pre> : null}
      {error ? <ErrorView error={error} /> : null}
    </div>
  )
}

/** What was thrown, and where. */
export function ErrorView({ error }: { error: ShownError }) {
  return (
    <div class="error">
      <b>{error.message}</b>
      {error.stack === undefined ? null : <pre>{error.stack}</pre>}
    </div>
  )
}

/** A time in milliseconds; nothing where it is not known. */
export function Duration({ ms }: { ms: number | undefined }) {
  if (ms === undefined) return <span class="duration" />
  return <span class="duration">{ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms</span>
}

function describe(line: Exclude<InspectorItem, { type: 'record' }>) {
  if (line.type === 'sql') {
    return {
      tag: 'SQL',
      text: line.text.replace(/\s+/g, ' ').trim(),
      detail: line.text.trim(),
      isBad: !line.ok,
    }
  }
  if (line.type === 'call') {
    const { text } = line.parameters
    const said = typeof text === 'string' ? ` ${JSON.stringify(text)}` : ''
    const detail = JSON.stringify(line.parameters, null, 2)
    return { tag: 'API', text: `${line.method}${said}`, detail, isBad: !line.ok }
  }
  return { tag: line.level, text: line.text, detail: undefined, isBad: line.level !== 'info' }
}
