/** The bot of `hello dev` across restarts: one process after the other, never two at once. Starts and stops it for changes of its sources and for the playground's buttons. */
import type { BotSwitch } from '@hello/testing'
import type { BotEnd, BotProcess } from './bot-process.js'

/** What the page is told when the bot does not start. The terminal has more. */
export class BotNotStarted extends Error {}

const startsAgain = 'The next change of a source file starts it again.'

/** A bot that nothing has started yet. */
export class WatchedBot implements BotSwitch {
  readonly #tell: (level: 'info' | 'error', text: string) => void
  #state: BotSwitch['state'] = 'changing'
  #spawn: (() => BotProcess) | undefined
  #current: BotProcess | undefined
  /** Somebody has stopped it from the page otherwise. */
  #isWanted = true
  #hasBegun = false
  #isOver = false
  /** One that waits for its turn: later changes have their part in it. */
  #restarting: Promise<void> | undefined
  #underWay: Promise<unknown> = Promise.resolve()

  /** @param tell takes what the person should know, at every change of the state that the page has not asked for */
  constructor(tell: (level: 'info' | 'error', text: string) => void) {
    this.#tell = tell
  }

  get state(): BotSwitch['state'] {
    return this.#state
  }

  /** Starts it for the first time; gives its end where it has ended before it ran. */
  begin(spawn: () => BotProcess): Promise<BotEnd | undefined> {
    this.#spawn = spawn
    return this.#inTurn(async () => {
      const early = await this.#launch()
      this.#hasBegun = true
      return early
    })
  }

  /** Starts it anew because of this file, unless somebody has stopped it from the page. Resolves when that is done or has failed. */
  restart(changed: string): Promise<void> {
    if (this.#restarting !== undefined) return this.#restarting
    // Whatever a start of the old code is waiting for, nobody waits for it any more.
    if (this.#hasBegun && this.#state === 'changing') void this.#current?.stop()
    this.#restarting = this.#inTurn(() => this.#startAnew(changed))
    return this.#restarting
  }

  start(): Promise<void> {
    this.#isWanted = true
    return this.#inTurn(async () => {
      const early = this.#state === 'running' ? undefined : await this.#launch()
      if (early !== undefined) throw new BotNotStarted(early.reason ?? 'The bot has not started.')
    })
  }

  stop(): Promise<void> {
    this.#isWanted = false
    return this.#inTurn(async () => {
      await this.#halt()
    })
  }

  /** Ends it for good, also while it starts; gives how. */
  end(): Promise<BotEnd | undefined> {
    this.#isOver = true
    void this.#current?.stop()
    return this.#inTurn(() => this.#halt())
  }

  async #startAnew(changed: string): Promise<void> {
    this.#restarting = undefined
    if (!this.#isWanted || this.#isOver) return
    const beganAtMs = performance.now()
    this.#tell('info', `${changed} has changed: starting the bot again …`)
    await this.#halt()
    const early = await this.#launch()
    const seconds = ((performance.now() - beganAtMs) / 1_000).toFixed(1)
    if (early === undefined) this.#tell('info', `The bot runs again, after ${seconds} s.`)
    // One that was stopped for the sake of a later change is no news.
    else if (this.#restarting === undefined && !this.#isOver) {
      this.#tell('error', `The bot has not started. ${startsAgain}`)
    }
  }

  async #launch(): Promise<BotEnd | undefined> {
    if (this.#isOver || this.#spawn === undefined) return { exitCode: 0, reason: undefined }
    this.#state = 'changing'
    const bot = this.#spawn()
    this.#current = bot
    const early = await bot.started
    if (early === undefined) {
      this.#state = 'running'
      void bot.ended.then((end) => this.#onEnded(bot, end))
    } else {
      this.#state = 'stopped'
      this.#current = undefined
    }
    return early
  }

  async #halt(): Promise<BotEnd | undefined> {
    const bot = this.#current
    this.#current = undefined
    if (bot === undefined) return undefined
    this.#state = 'changing'
    const end = await bot.stop()
    this.#state = 'stopped'
    return end
  }

  #onEnded(bot: BotProcess, { exitCode }: BotEnd): void {
    if (this.#current !== bot || this.#isOver) return
    this.#current = undefined
    this.#state = 'stopped'
    this.#tell('error', `The bot has ended with exit code ${exitCode}. ${startsAgain}`)
  }

  /** One change of the state after the other. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#underWay.then(work)
    this.#underWay = next.catch(() => undefined)
    return next
  }
}
