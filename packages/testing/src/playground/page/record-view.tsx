/** An update in the inspector: in one line, and opened with every statement, call and error. */
import { useState } from 'preact/hooks'
import type { Message } from '../../bot-api/objects.js'
import type { ShownPerson } from '../stream-events.js'
import type { UpdateRecord } from './inspector-model.js'
import { Duration, ErrorView, LineView } from './line-view.js'
import { summaryOf } from './message-summary.js'

/** See the file's purpose. The newest one is open, and so is one that failed, until somebody closes it. */
export function RecordView(props: {
  record: UpdateRecord
  people: readonly ShownPerson[]
  isNewest: boolean
}) {
  const { record, people, isNewest } = props
  const [wish, setWish] = useState<boolean>()
  const [isRawShown, setRawShown] = useState(false)
  const { settled, handler, steps } = record
  const isOpen = wish ?? (isNewest || settled?.error !== undefined)
  const who = people.find(({ id }) => id === record.fromId)?.name
  const taken = handler ?? (settled?.plugin === undefined ? undefined : settled)
  return (
    <section class={settled?.error ? 'record failed' : 'record'}>
      <button type="button" class="record-head" aria-expanded={isOpen} onClick={() => setWish(!isOpen)}>
        <span class="record-what">{describeUpdate(record)}</span>
        <Outcome record={record} />
        <span class="record-about">
          {[who, taken && `${taken.plugin} · ${taken.handler}`].filter(Boolean).join(' → ') || record.kind}
        </span>
        <Duration ms={settled?.durationMs} />
      </button>
      {isOpen ? (
        <div class="record-body">
          {steps.map((step) => (
            <LineView key={step.seq} line={step} />
          ))}
          {steps.length === 0 && settled ? <p class="nothing">No SQL and no calls.</p> : null}
          {settled?.error ? <ErrorView error={settled.error} /> : null}
          <div class="record-end">
            <span>
              {record.kind} {record.updateId} · {new Date(record.atMs).toLocaleTimeString()}
              {record.copies > 1 ? ` · sent ${record.copies} times` : ''}
            </span>
            {record.raw === undefined ? null : (
              <button
                type="button"
                class="link"
                aria-expanded={isRawShown}
                onClick={() => setRawShown(!isRawShown)}
              >
                JSON
              </button>
            )}
          </div>
          {isRawShown ? <pre class="raw">{JSON.stringify(record.raw, null, 2)}</pre> : null}
        </div>
      ) : null}
    </section>
  )
}

function Outcome({ record: { settled, isStarted, steps } }: { record: UpdateRecord }) {
  if (settled !== undefined) return <span class={`outcome ${settled.outcome}`}>{settled.outcome}</span>
  if (isStarted) return <span class="outcome waiting">running</span>
  // A bot of another kind tells nothing of itself, but its calls show that it was at work.
  return <span class="outcome">{steps.length > 0 ? 'answered' : ''}</span>
}

/** What came, in a few words: `/start`, `button "rate:5"`. */
export function describeUpdate({ kind, raw }: UpdateRecord): string {
  const payload = (raw as Record<string, any> | undefined)?.[kind]
  if (typeof payload !== 'object' || payload === null) return kind
  if (kind === 'callback_query') return `button ${JSON.stringify(payload.data ?? '')}`
  if (kind === 'inline_query') return `inline ${JSON.stringify(payload.query ?? '')}`
  if (/message|post/.test(kind) && typeof payload.message_id === 'number' && payload.chat) {
    const summary = summaryOf(payload as Message) ?? kind
    return kind.startsWith('edited') ? `edited: ${summary}` : summary
  }
  const status = payload.new_chat_member?.status
  return status === undefined ? kind : `${kind}: ${status}`
}
