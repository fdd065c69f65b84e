/** The jobs of an app with their schedules resolved and checked, and when each runs next. Pure. */
import { Cron } from 'croner'
import { durationMs } from '../config/duration.js'
import { PluginError } from '../errors.js'
import type { AnyContract } from '../plugin/contract.js'
import type { Job } from '../plugin/job.js'
import type { Schedule } from '../plugin/schedule.js'

/** A plugin that may have jobs. */
export interface JobOwner {
  readonly name: string
  readonly options: unknown
  readonly behaviour: { readonly jobs?: Readonly<Record<string, Job<AnyContract>>> }
}

/** A job, ready to be run. */
export interface PlannedJob<O extends JobOwner = JobOwner> {
  /** `plugin/name`. */
  readonly id: string
  readonly owner: O
  readonly name: string
  readonly schedule: Schedule
  readonly deadlineMs: number
  readonly retries: number
  readonly run: Job<AnyContract>['run']
  /** The first time at or after `now` of a job that has never run. */
  first(now: Date): Date | undefined
  /** The time after `now` of a job whose last time was `slot`; `undefined`: never again. */
  next(slot: Date, now: Date): Date | undefined
}

/** @throws PluginError JOB_INVALID: a schedule or a bound that cannot be. */
export function planJobs<O extends JobOwner>(owners: readonly O[]): PlannedJob<O>[] {
  return owners.flatMap((owner) =>
    Object.entries(owner.behaviour.jobs ?? {}).map(([name, job]) => planJob(owner, name, job)),
  )
}

function planJob<O extends JobOwner>(owner: O, name: string, job: Job<AnyContract>): PlannedJob<O> {
  const blame = (text: string, cause?: unknown) =>
    new PluginError('JOB_INVALID', `Plugin "${owner.name}", job "${name}": ${text}`, { cause })
  const { deadline = '1m', retries = 3 } = job
  const deadlineMs = durationMs(deadline)
  if (deadlineMs === undefined || deadlineMs < 1_000 || deadlineMs > 3_600_000)
    throw blame(`deadline is "${deadline}", expected a duration from 1s to 1h, such as "30s".`)
  if (!Number.isInteger(retries) || retries < 0 || retries > 100)
    throw blame(`retries is ${retries}, expected a whole number from 0 to 100.`)
  const schedule = scheduleOf(job, owner, blame)
  return {
    id: `${owner.name}/${name}`,
    owner,
    name,
    schedule,
    deadlineMs,
    retries,
    run: (context) => job.run(context),
    ...timesOf(schedule, blame),
  }
}

type Blame = (text: string, cause?: unknown) => PluginError

function scheduleOf({ schedule }: Job<AnyContract>, { options }: JobOwner, blame: Blame): Schedule {
  const given: unknown = typeof schedule === 'function' ? schedule(options as never) : schedule
  const kind = (given as Partial<Schedule> | undefined)?.kind
  if (kind === 'every' || kind === 'cron' || kind === 'once') return given as Schedule
  throw blame('has no schedule. Write: schedule: every("15m"), daily("08:00"), cron(…) or once().')
}

function timesOf(schedule: Schedule, blame: Blame): Pick<PlannedJob, 'first' | 'next'> {
  switch (schedule.kind) {
    case 'every': {
      const { everyMs } = schedule
      return {
        first: (now) => new Date(now.getTime() + everyMs),
        // Counted from the slot, so that a slow run does not shift those after it.
        next: (slot, now) => {
          const missed = Math.max(0, Math.floor((now.getTime() - slot.getTime()) / everyMs))
          return new Date(slot.getTime() + (missed + 1) * everyMs)
        },
      }
    }
    case 'once':
      return { first: (now) => schedule.at ?? now, next: () => undefined }
    case 'cron': {
      const times = readPattern(schedule.pattern, schedule.timeZone, blame)
      const after = (now: Date) => times.nextRun(now) ?? undefined
      return { first: after, next: (_slot, now) => after(now) }
    }
  }
}

function readPattern(pattern: string, timezone: string, blame: Blame): Cron {
  try {
    return new Cron(pattern, { timezone, paused: true, mode: '5-part' })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw blame(
      `"${pattern}" is no cron pattern (${reason}). Expected minute, hour, day of month, month and day of week, such as "0 9 * * MON-FRI".`,
      cause,
    )
  }
}
