/** When jobs run: intervals keep their beat, calendars follow their time zone, and what cannot be is refused. */
import { describe, expect, test } from 'vitest'
import { cron, daily, every, once, type Schedule } from '../plugin/schedule.js'
import { planJobs } from './planned-job.js'

const plan = (schedule: unknown, job: object = {}) => {
  const jobs = { tidy: { schedule: schedule as Schedule, run() {}, ...job } }
  const [planned] = planJobs([{ name: 'shop', options: { at: '07:30' }, behaviour: { jobs } }])
  if (planned === undefined) throw new Error('not planned')
  return planned
}
const at = (text: string) => new Date(text)
const noon = at('2026-11-21T12:00:00Z')

describe('every', () => {
  test('runs first after the interval', () => {
    expect(plan(every('15m')).first(noon)).toEqual(at('2026-11-21T12:15:00Z'))
  })

  test('keeps its beat, however long a run takes', () => {
    const job = plan(every('15m'))
    expect(job.next(noon, at('2026-11-21T12:00:40Z'))).toEqual(at('2026-11-21T12:15:00Z'))
    expect(job.next(noon, at('2026-11-21T12:15:00Z'))).toEqual(at('2026-11-21T12:30:00Z'))
  })

  test('catches up one of the runs that were missed', () => {
    expect(plan(every('15m')).next(noon, at('2026-11-22T12:07:00Z'))).toEqual(at('2026-11-22T12:15:00Z'))
  })
})

describe('daily and cron', () => {
  test('follow the clocks of their time zone through the change of daylight saving', () => {
    const job = plan(daily('08:00', { timeZone: 'Europe/Berlin' }))
    expect(job.first(at('2026-10-24T00:00:00Z'))).toEqual(at('2026-10-24T06:00:00Z'))
    expect(job.next(at('2026-10-24T06:00:00Z'), at('2026-10-24T06:00:01Z'))).toEqual(
      at('2026-10-25T07:00:00Z'),
    )
  })

  test('a time that the clocks skip comes right after it, once', () => {
    const job = plan(daily('02:30', { timeZone: 'Europe/Berlin' }))
    const first = job.first(at('2026-03-29T00:00:00Z'))
    expect(first).toEqual(at('2026-03-29T01:00:00Z'))
    expect(job.next(first as Date, first as Date)).toEqual(at('2026-03-30T00:30:00Z'))
  })

  test('a time that comes twice is run once', () => {
    const job = plan(daily('02:30', { timeZone: 'Europe/Berlin' }))
    const first = job.first(at('2026-10-24T22:00:00Z')) as Date
    expect(job.next(first, first)).toEqual(at('2026-10-26T01:30:00Z'))
  })

  test('a pattern is read as cron does', () => {
    const job = plan(cron('0 9 * * MON-FRI', { timeZone: 'UTC' }))
    expect(job.first(noon)).toEqual(at('2026-11-23T09:00:00Z'))
  })
})

describe('once', () => {
  test('runs at its moment, or at the first start, and never again', () => {
    expect(plan(once('2027-01-01T09:00:00+01:00')).first(noon)).toEqual(at('2027-01-01T08:00:00Z'))
    expect(plan(once()).first(noon)).toEqual(noon)
    expect(plan(once()).next(noon, noon)).toBeUndefined()
  })
})

test('a schedule may be made of the plugin’s options', () => {
  expect(plan(({ at }: { at: string }) => daily(at)).schedule.text).toBe('daily 07:30 UTC')
})

test.each([
  ['no interval', () => every('15' as never)],
  ['a moment too short', () => every('500ms')],
  ['an interval too long', () => every('48h')],
  ['no time', () => daily('8:00')],
  ['an hour that does not exist', () => daily('24:00')],
  ['no time zone', () => daily('08:00', { timeZone: 'Mars/Olympus' })],
  ['no duration', () => cron('* * * * *', { lateAtMost: 'soon' as never })],
  ['no cron pattern', () => plan(cron('every morning'))],
  ['a cron pattern with seconds', () => plan(cron('0 0 9 * * *'))],
  ['a moment without its offset', () => once('2027-01-01T09:00:00')],
  ['no moment', () => once('tomorrow')],
  ['no schedule', () => plan(undefined)],
  ['a deadline too short', () => plan(every('1m'), { deadline: '10ms' })],
  ['a deadline that is none', () => plan(every('1m'), { deadline: 'long' })],
  ['a number of retries that is none', () => plan(every('1m'), { retries: -1 })],
])('JOB_INVALID: %s', (_, make) => {
  expect(make).toThrow(expect.objectContaining({ code: 'JOB_INVALID' }))
})
