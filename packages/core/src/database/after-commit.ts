/** Runs work that was deferred to a commit, once it is committed. */
import { UnitError } from '../errors.js'
import type { Logger } from '../logger.js'
import { endsWithin } from './run-unit.js'
import type { Unit } from './unit.js'

/**
 * Runs it in order; an error is logged, told and fails nothing. After `patienceMs` nobody waits for it any more, so that
 * work that never ends does not keep a chat from its next update.
 */
export async function runAfterCommit(
  { afterCommit }: Pick<Unit, 'afterCommit'>,
  logger: Logger,
  onError: (error: unknown) => void,
  patienceMs?: number,
): Promise<void> {
  const fail = (error: unknown) => {
    logger.error({ err: error }, 'Work deferred to the commit failed; the commit stands')
    onError(error)
  }
  const running = runEach(afterCommit, fail)
  const first = running.next()
  // Most is done at once; a timer for each update would cost more than that.
  if (first.done) return
  const rest = awaitEach(first.value, running, fail)
  if (patienceMs === undefined) return rest
  if (await endsWithin(rest, patienceMs)) return
  fail(
    new UnitError(
      'UNIT_DEADLINE',
      `Work deferred to the commit was not done after ${patienceMs} ms; it goes on, and nobody waits for it any more.`,
    ),
  )
}

/** Gives what is not done at once; the next is begun when it is asked for. */
function* runEach(
  works: readonly (() => unknown)[],
  fail: (error: unknown) => void,
): Generator<PromiseLike<unknown>, undefined> {
  for (const work of works) {
    try {
      const answer = work()
      if (isPromiseLike(answer)) yield answer
    } catch (error) {
      fail(error)
    }
  }
}

async function awaitEach(
  first: PromiseLike<unknown>,
  others: Iterable<PromiseLike<unknown>>,
  fail: (error: unknown) => void,
): Promise<void> {
  await first.then(undefined, fail)
  for (const answer of others) await answer.then(undefined, fail)
}

const isPromiseLike = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
