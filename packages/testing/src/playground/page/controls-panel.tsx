/** Buttons for what is hard to do by hand: a slow or refusing Telegram, updates that come twice, a bot that stops. */
import { useState } from 'preact/hooks'
import type { Overview, Trouble } from '../stream-events.js'
import { act } from './server-link.js'

const troubles: readonly (readonly [Trouble, string, string])[] = [
  ['none', 'Answers', 'As on a good day'],
  ['too-many-requests', 'Refuses with 429', 'Too Many Requests: retry after 3'],
  ['server-error', 'Answers 502', 'Bad Gateway, to polls as well'],
  ['cut', 'Cannot be reached', 'Every connection is cut, waiting polls too'],
]
const delaysMs = [0, 500, 2_000, 10_000]

/** See the file's purpose. */
export function ControlsPanel({ overview }: { overview: Overview }) {
  const [refusal, setRefusal] = useState<string>()
  const { telegram, bot } = overview
  const run = async (name: string, body: object) => {
    setRefusal(undefined)
    const result = await act(name, body)
    if (!result.ok) setRefusal(result.message)
  }
  return (
    <div class="controls">
      {refusal === undefined ? null : (
        <p class="refusal" role="alert">
          {refusal}
        </p>
      )}
      <fieldset>
        <legend>Telegram</legend>
        {troubles.map(([trouble, label, detail]) => (
          <label key={trouble} class="choice">
            <input
              type="radio"
              name="trouble"
              checked={telegram.trouble === trouble}
              onChange={() => void run('telegram', { trouble })}
            />
            <span>
              {label}
              <small>{detail}</small>
            </span>
          </label>
        ))}
        <label>
          Each answer takes
          <select
            value={telegram.delayMs}
            onChange={({ currentTarget }) => void run('telegram', { delayMs: Number(currentTarget.value) })}
          >
            {[...new Set([...delaysMs, telegram.delayMs])].map((delayMs) => (
              <option key={delayMs} value={delayMs}>
                {delayMs === 0 ? 'no time' : `${delayMs / 1_000} s`}
              </option>
            ))}
          </select>
        </label>
      </fieldset>
      <fieldset>
        <legend>Updates</legend>
        <label class="choice">
          <input
            type="checkbox"
            checked={telegram.sendsTwice}
            onChange={({ currentTarget }) => void run('telegram', { sendsTwice: currentTarget.checked })}
          />
          <span>
            Send each one twice
            <small>Under the same update_id, as after a lost confirmation</small>
          </span>
        </label>
      </fieldset>
      {bot.state === undefined ? null : (
        <fieldset>
          <legend>The bot</legend>
          <p>
            {bot.state === 'running'
              ? 'It runs. What people write while it is stopped waits at Telegram.'
              : bot.state === 'stopped'
                ? 'It is stopped. What people write waits at Telegram.'
                : 'One moment …'}
          </p>
          <div class="form-end">
            <button
              type="button"
              disabled={bot.state === 'changing'}
              onClick={() => void run('bot', { action: bot.state === 'stopped' ? 'start' : 'stop' })}
            >
              {bot.state === 'stopped' ? 'Start' : 'Stop'}
            </button>
            <button
              type="button"
              disabled={bot.state !== 'running'}
              onClick={() => void run('bot', { action: 'restart' })}
            >
              Restart
            </button>
          </div>
        </fieldset>
      )}
    </div>
  )
}
