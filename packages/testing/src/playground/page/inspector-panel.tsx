/** Beside the chat: what the bot did with each update, and a bad day at Telegram by hand. */
import { useState } from 'preact/hooks'
import type { Overview } from '../stream-events.js'
import { ControlsPanel } from './controls-panel.js'
import type { InspectorItem } from './inspector-model.js'
import { LineView } from './line-view.js'
import type { PageModel } from './page-model.js'
import { describeUpdate, RecordView } from './record-view.js'

interface PanelProps {
  readonly model: PageModel
  readonly overview: Overview
  onClose(): void
}

/** See the file's purpose. */
export function InspectorPanel({ model, overview, onClose }: PanelProps) {
  const [tab, setTab] = useState<'work' | 'trouble'>('work')
  const { trouble, delayMs, sendsTwice } = overview.telegram
  const isTroubled = trouble !== 'none' || delayMs > 0 || sendsTwice || overview.bot.state === 'stopped'
  return (
    <aside class="inspector" aria-label="Inspector">
      <header class="head">
        <div class="tabs" role="tablist">
          <button type="button" role="tab" aria-selected={tab === 'work'} onClick={() => setTab('work')}>
            Updates
          </button>
          <button
            type="button"
            role="tab"
            aria-selected={tab === 'trouble'}
            onClick={() => setTab('trouble')}
          >
            Trouble{isTroubled ? <span class="dot" title="Something is wrong on purpose" /> : null}
          </button>
        </div>
        <button type="button" class="icon" aria-label="Close the inspector" onClick={onClose}>
          ✕
        </button>
      </header>
      {tab === 'work' ? <Work model={model} overview={overview} /> : <ControlsPanel overview={overview} />}
    </aside>
  )
}

function Work({ model, overview }: Omit<PanelProps, 'onClose'>) {
  const [personId, setPersonId] = useState(0)
  const [words, setWords] = useState('')
  const [onlyFailed, setOnlyFailed] = useState(false)
  const isWanted = (item: InspectorItem) =>
    (personId === 0 || (item.type === 'record' && item.fromId === personId)) &&
    (!onlyFailed || hasFailed(item)) &&
    textOf(item).includes(words.trim().toLowerCase())
  const shown = model.inspector.items.filter(isWanted).reverse()
  const newest = shown.find(({ type }) => type === 'record')
  return (
    <>
      <div class="filters">
        <select
          aria-label="Updates of"
          value={personId}
          onChange={({ currentTarget }) => setPersonId(Number(currentTarget.value))}
        >
          <option value={0}>Everyone</option>
          {overview.people.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
        <input
          type="search"
          placeholder="Filter"
          aria-label="Filter by text"
          value={words}
          onInput={({ currentTarget }) => setWords(currentTarget.value)}
        />
        <label class="check">
          <input type="checkbox" checked={onlyFailed} onChange={() => setOnlyFailed(!onlyFailed)} />
          Failed
        </label>
      </div>
      <div class="records">
        {shown.length === 0 ? <p class="nothing">{nothingShown(model.inspector.items.length > 0)}</p> : null}
        {shown.map((item) =>
          item.type === 'record' ? (
            <RecordView key={item.seq} record={item} people={overview.people} isNewest={item === newest} />
          ) : (
            <LineView key={item.seq} line={item} />
          ),
        )}
      </div>
    </>
  )
}

function nothingShown(isFiltered: boolean): string {
  if (isFiltered) return 'Nothing that the filter lets through.'
  return 'Write to the bot: each update appears here, with who handled it, its SQL, its calls and the time they took.'
}

function hasFailed(item: InspectorItem): boolean {
  if (item.type === 'record') return item.settled?.error !== undefined || item.steps.some(({ ok }) => !ok)
  return item.type === 'note' ? item.level !== 'info' : !item.ok
}

function textOf(item: InspectorItem): string {
  if (item.type !== 'record') return JSON.stringify(item).toLowerCase()
  const { handler, steps } = item
  const parts = [describeUpdate(item), item.updateId, handler?.plugin, handler?.handler]
  const named = steps.map((step) => (step.type === 'sql' ? step.text : step.method))
  return [...parts, ...named].join(' ').toLowerCase()
}
