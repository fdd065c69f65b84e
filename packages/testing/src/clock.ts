/** Time as a port: the system's, or one that a test holds and moves by hand. */
import { TestingError } from './errors.js'

/** A timer that has been set and can be called off. */
export interface ClockTimer {
  /** Calls the timer off; does nothing once it has run. */
  cancel(): void
  /** Lets the process end although the timer waits. Absent where no timer of the machine stands behind it. */
  unref?(): void
}

/** Where a world takes its time from: dates of messages, long polls, delays of webhook retries. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  nowMs(): number
  /** Runs `run` once, `delayMs` (integer ≥ 0) from now. */
  after(delayMs: number, run: () => void): ClockTimer
}

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /**
   * Moves the time forward and runs every timer that falls due on the way, in order.
   * @param ms Integer ≥ 0.
   * @throws TestingError CLOCK_BACKWARDS: `ms` is negative; the time has not moved.
   */
  advance(ms: number): void
  /** How many timers wait: lets a test see that someone has begun to wait. */
  readonly timerCount: number
}

/** The time of the machine. Its timers keep the process alive until they run or are cancelled. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    return { cancel: () => clearTimeout(timer), unref: () => void timer.unref() }
  },
}

/** Options of {@link createManualClock}. */
export interface ManualClockOptions {
  /** Where the clock stands at first, in seconds since 1970. @default 1_700_000_000 */
  startUnix?: number
}

/** Creates a clock that only {@link ManualClock.advance} moves. */
export function createManualClock({ startUnix = 1_700_000_000 }: ManualClockOptions = {}): ManualClock {
  let nowMs = startUnix * 1000
  let timers: { atMs: number; run: () => void }[] = []
  return {
    get timerCount() {
      return timers.length
    },
    nowMs: () => nowMs,
    after(delayMs, run) {
      const timer = { atMs: nowMs + delayMs, run }
      timers.push(timer)
      return {
        cancel: () => {
          timers = timers.filter((other) => other !== timer)
        },
      }
    },
    advance(ms) {
      if (ms < 0) throw new TestingError('CLOCK_BACKWARDS', `A clock cannot go back (asked for ${ms} ms).`)
      const untilMs = nowMs + ms
      for (;;) {
        const due = timers.filter((timer) => timer.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0]
        if (!due) break
        timers = timers.filter((timer) => timer !== due)
        nowMs = Math.max(nowMs, due.atMs)
        due.run()
      }
      nowMs = untilMs
    },
  }
}

/** Creates a clock that goes as the machine's and can be moved forward as well. */
export function createJumpingClock(): ManualClock {
  const timers = new Set<{ atMs: number; run: () => void; real: NodeJS.Timeout; isUnref: boolean }>()
  let aheadMs = 0
  const nowMs = () => Date.now() + aheadMs
  return {
    get timerCount() {
      return timers.size
    },
    nowMs,
    after(delayMs, run) {
      const fire = () => {
        timers.delete(timer)
        run()
      }
      const timer = { atMs: nowMs() + delayMs, run: fire, real: setTimeout(fire, delayMs), isUnref: false }
      timers.add(timer)
      const cancel = () => {
        clearTimeout(timer.real)
        timers.delete(timer)
      }
      const unref = () => {
        timer.isUnref = true
        timer.real.unref()
      }
      return { cancel, unref }
    },
    advance(ms) {
      if (ms < 0) throw new TestingError('CLOCK_BACKWARDS', `A clock cannot go back (asked for ${ms} ms).`)
      aheadMs += ms
      for (const timer of [...timers].sort((a, b) => a.atMs - b.atMs)) {
        clearTimeout(timer.real)
        if (timer.atMs <= nowMs()) timer.run()
        else {
          timer.real = setTimeout(timer.run, timer.atMs - nowMs())
          if (timer.isUnref) timer.real.unref()
        }
      }
    },
  }
}
