/** The updates of a bot under test that failed: kept for the test, and the end of its waits where it did not provoke them. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import type { Bot, World } from '@hello/testing'
import type { Teardown } from '../app/teardown.js'
import { HelloError } from '../errors.js'
import type { TraceEvents } from '../trace.js'
import type { UpdateFailure } from '../updates/update-failure.js'

/** An update that failed; nothing of it was kept. */
export interface FailedUpdate extends UpdateFailure {
  /** Telegram's `update_id`. */
  readonly updateId: number
}

/** The failures so far; grows as they happen. @param areProvoked Whether the waits of the test go on in spite of them. */
export function keepFailures(
  world: World,
  bot: Bot,
  areProvoked: boolean,
  teardown: Teardown,
): readonly FailedUpdate[] {
  const failures: FailedUpdate[] = []
  const lanes = new Map<number, string>()
  listen('hello:update.started', teardown, ({ botId, updateId, lane }) => {
    if (botId === bot.id) lanes.set(updateId, lane)
  })
  listen('hello:update.settled', teardown, (event) => {
    if (event.botId !== bot.id) return
    const { botId: _, outcome, durationMs, error, ...place } = event
    const lane = lanes.get(event.updateId)
    if (outcome !== 'retried') lanes.delete(event.updateId)
    if (outcome !== 'failed') return
    const failure = { error, ...place }
    failures.push(failure)
    // `chat:<id>` or `person:<id>`.
    if (!areProvoked && lane) world.breakOff(bot, Number(lane.split(':')[1]), reasonOf(failure))
  })
  return failures
}

function listen<Name extends keyof TraceEvents>(
  name: Name,
  teardown: Teardown,
  note: (event: TraceEvents[Name]) => void,
): void {
  const listener = (event: unknown) => note(event as TraceEvents[Name])
  subscribe(name, listener)
  teardown.add(() => void unsubscribe(name, listener))
}

function reasonOf({ error, updateId, plugin, handler }: FailedUpdate): Error {
  const place = plugin === undefined ? '' : ` in plugin ${plugin}, handler ${handler}`
  return new Error(
    `update ${updateId} failed${place}: ${sentenceOf(error)} (A test that provokes this passes quiet: true to startTestBot.)`,
    { cause: error },
  )
}

/** What it says, with its code, as a sentence. */
function sentenceOf(error: unknown): string {
  const text =
    error instanceof HelloError
      ? `${error.code}: ${error.message}`
      : error instanceof Error
        ? error.message
        : inspect(error)
  return /[.!?]$/.test(text) ? text : `${text}.`
}
