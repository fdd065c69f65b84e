import { expect, test } from 'vitest'
import type { UnitEnd } from '../database/run-unit.js'
import { keepLog } from './core-tables.fixture.js'
import type { RecordedFailure } from './inbox.js'
import { UpdateHandler } from './update-handler.js'

const row = { seq: '1', lane: 'chat:1', update: { update_id: 1, message: { chat: { id: 1 } } } }
const serialization = Object.assign(new Error('could not serialize access'), { code: '40001' })
const gone = new Error('Connection terminated unexpectedly')

/** A handler whose units end as the test says; the last end is repeated. */
function openHandler(
  ends: readonly UnitEnd<void>[],
  faults: { settle?: number; recordFailure?: number } = {},
  hasSent = false,
) {
  const left = { settle: 0, recordFailure: 0, ...faults }
  const calls: string[] = []
  const failures: RecordedFailure[] = []
  const log = keepLog()
  const failSome = (name: 'settle' | 'recordFailure') => {
    calls.push(name)
    if (left[name]-- > 0) throw gone
  }
  let tries = 0
  const handler = new UpdateHandler({
    database: {
      run: async () => {
        const end = ends[Math.min(tries++, ends.length - 1)]
        return {
          unit: { afterCommit: [() => void calls.push('afterCommit')], hasWrites: false, hasSent },
          end,
        }
      },
    },
    inbox: {
      claim: () => undefined,
      recordFailure: async (_: unknown, failure: RecordedFailure) => {
        failSome('recordFailure')
        failures.push(failure)
      },
    },
    groupCommit: {
      add: async () => {
        failSome('settle')
        return { outcome: 'committed', stored: [] }
      },
    },
    outbox: { push: () => void calls.push('push'), wake: () => void calls.push('wake') },
    followUp: { begin: () => void calls.push('followUp') },
    reports: { tell: () => void calls.push('report'), ofDeferred: () => () => undefined },
    me: { id: 1 },
    logger: log.logger,
    deadlineMs: 1_000,
    firstBackoffMs: 1,
    redact: (text: string) => text.replaceAll('hunter2', '[secret]'),
  } as never)
  const running = new AbortController()
  return {
    handler,
    calls,
    failures,
    log,
    running,
    tries: () => tries,
    handle: () => handler.handle(row, running.signal),
  }
}

test('an end that could not be written is written again; the handler does not run again', async () => {
  const untouched = openHandler([{ outcome: 'untouched', value: undefined }], { settle: 2 })
  await untouched.handle()
  expect(untouched.tries()).toBe(1)
  expect(untouched.calls).toEqual(['afterCommit', 'settle', 'settle', 'settle', 'push'])
  const failed = openHandler([{ outcome: 'failed', error: new Error('no'), recorded: false }], {
    recordFailure: 2,
  })
  await failed.handle()
  expect(failed.tries()).toBe(1)
  expect(failed.failures).toHaveLength(1)
})

test('a deadlock after something was sent is the end: to try again would send it again', async () => {
  const sent = openHandler([{ outcome: 'retry', error: serialization }], {}, true)
  await sent.handle()
  expect(sent.tries()).toBe(1)
  expect(sent.failures).toHaveLength(1)
  const lost = openHandler([{ outcome: 'retry', error: gone }, { outcome: 'duplicate' }], {}, true)
  await lost.handle()
  expect(lost.tries()).toBe(2)
})

test('a stop ends the writing, and the row stays for the next start', async () => {
  const { handle, running, calls } = openHandler([{ outcome: 'untouched', value: undefined }], {
    settle: Number.POSITIVE_INFINITY,
  })
  const handling = handle()
  running.abort()
  await handling
  expect(calls.length).toBeLessThan(20)
})

test('a fault of the infrastructure is tried again until it is over', async () => {
  const { handle, tries, calls } = openHandler([
    { outcome: 'retry', error: gone },
    { outcome: 'retry', error: gone },
    { outcome: 'committed', value: undefined, stored: [] },
  ])
  await handle()
  expect(tries()).toBe(3)
  expect(calls).toEqual(['push', 'afterCommit'])
})

test('contention that does not end is the fault of the update', async () => {
  const { handle, tries, failures } = openHandler([{ outcome: 'retry', error: serialization }])
  await handle()
  expect(tries()).toBe(10)
  expect(failures[0]?.error).toContain('could not serialize access')
})

test('what was committed although its answer was lost is not done again, and its messages are sent', async () => {
  const { handle, tries, calls } = openHandler([
    { outcome: 'unknown', error: gone },
    { outcome: 'duplicate' },
  ])
  await handle()
  expect(tries()).toBe(2)
  expect(calls).toEqual(['wake'])
})

test('a duplicate is left alone', async () => {
  const { handle, calls } = openHandler([{ outcome: 'duplicate' }])
  await handle()
  expect(calls).toEqual([])
})

test('whatever is thrown can be recorded, without secrets and not longer than 8,000 characters', async () => {
  const hostile = Object.defineProperty(new Error('x'), 'stack', {
    get() {
      throw new Error('no stack')
    },
  })
  const thrown = [
    undefined,
    null,
    7,
    'text',
    Symbol('s'),
    Object.create(null),
    hostile,
    { toString: 1 },
    new Error('hunter2'),
  ]
  for (const error of [...thrown, 'x'.repeat(10_000)]) {
    const { handle, failures } = openHandler([{ outcome: 'failed', error, recorded: false }])
    await handle()
    expect(failures).toHaveLength(1)
    expect(failures[0]?.error.length).toBeLessThanOrEqual(8_000)
    expect(failures[0]?.error).not.toContain('hunter2')
  }
})
