/** Stops and starts the app of `hello dev` while its local Telegram goes on: what the playground's buttons do. */
import type { BotSwitch } from '@hello/testing'
import type { App } from '../app/app.js'

/** A switch that does nothing until the app has started for the first time. */
export interface AppSwitch extends BotSwitch {
  /** The app runs; `start` starts it once more as it was started. */
  connect(start: () => Promise<void>): void
}

/** @param report is told what stands against a start or a stop: whoever pressed the button sees but a line of it. */
export function createAppSwitch(app: Pick<App, 'stop'>, report: (error: unknown) => void): AppSwitch {
  let state: BotSwitch['state'] = 'changing'
  let startApp: (() => Promise<void>) | undefined
  let underWay: Promise<void> = Promise.resolve()
  // One after the other: two people may press two buttons.
  const change = (from: BotSwitch['state'], to: BotSwitch['state'], work: () => Promise<void>) => {
    underWay = underWay
      .catch(() => undefined)
      .then(async () => {
        if (state !== from) return
        state = 'changing'
        try {
          await work()
          state = to
        } catch (error) {
          // A start that failed has closed what it had opened; after a stop that failed there is nothing left to stop.
          state = 'stopped'
          report(error)
          throw error
        }
      })
    return underWay
  }
  return {
    get state() {
      return state
    },
    connect(start) {
      startApp = start
      state = 'running'
    },
    start: () => change('stopped', 'running', async () => startApp?.()),
    stop: () => change('running', 'stopped', () => app.stop()),
  }
}
