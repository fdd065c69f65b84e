/** Brings the command menus in Telegram up to what the app plans. The leader's work, beside the updates; it never fails the bot. */
import { setTimeout as delay } from 'node:timers/promises'
import { TelegramError } from 'telegraf'
import type { BotCommand } from 'telegraf/types'
import type { RawQuery, RawResult } from '../database/sequelize-internals.js'
import type { Logger } from '../logger.js'
import type { BotTelegram } from '../telegram/transport.js'
import type { CommandMenu } from './command-menus.js'

/** What the menus need. */
export interface MenuKeeperOptions {
  readonly menus: readonly CommandMenu[]
  readonly telegram: BotTelegram
  readonly botId: number
  readonly logger: Logger
  /** Runs a statement outside of any unit. */
  query(query: RawQuery): Promise<RawResult>
  /** Before the second try; twice as long before each further one, to 5 min. @default 1_000 */
  readonly firstBackoffMs?: number
}

type List = Pick<CommandMenu, 'scope' | 'language'>

const longestBackoffMs = 300_000

/**
 * See the file's purpose. What Telegram has is asked for and compared: a note of ours of what was set would lie as soon
 * as somebody else, or another version of the bot, changed a menu. The table keeps only which lists are ours, since
 * Telegram does not say in which languages there are any: those that are planned no longer are deleted, and no others.
 */
export class MenuKeeper {
  readonly #options: MenuKeeperOptions
  #term: AbortController | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(options: MenuKeeperOptions) {
    this.#options = options
  }

  /** Starts in the background. */
  start(): void {
    if (this.#term !== undefined) return
    const term = new AbortController()
    this.#term = term
    this.#running = this.#run(term.signal)
  }

  /** Ends the call under way. May start anew. */
  async stop(): Promise<void> {
    this.#term?.abort()
    this.#term = undefined
    await this.#running
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { logger, firstBackoffMs = 1_000 } = this.#options
    for (
      let backoffMs = firstBackoffMs;
      !signal.aborted;
      backoffMs = Math.min(backoffMs * 2, longestBackoffMs)
    ) {
      try {
        await this.#bringUp(signal)
        return
      } catch (error) {
        if (signal.aborted) return
        if (isFinal(error)) {
          logger.error({ err: error }, 'Telegram refuses the command menus; they stay as they are')
          return
        }
        const waitMs = Math.max(backoffMs, retryAfterMs(error))
        logger.warn(
          { err: error, waitMs },
          'The command menus could not be brought up to date; it is tried again',
        )
        await delay(waitMs, undefined, { signal, ref: false }).catch(() => undefined)
      }
    }
  }

  async #bringUp(signal: AbortSignal): Promise<void> {
    const { menus, telegram, logger } = this.#options
    const ours = await this.#ours()
    let set = 0
    for (const menu of menus) {
      const current = await telegram.callApi('getMyCommands', addressOf(menu), { signal })
      if (isSame(current, menu.commands) && ours.some((list) => isSameList(list, menu))) continue
      // Noted before it is set: a list that is noted and absent is deleted in vain, one that is not noted stays for ever.
      await this.#note(menu)
      if (isSame(current, menu.commands)) continue
      await telegram.callApi('setMyCommands', { ...addressOf(menu), commands: menu.commands }, { signal })
      set++
    }
    const dropped = ours.filter((list) => !menus.some((menu) => isSameList(list, menu)))
    for (const list of dropped) {
      await telegram.callApi('deleteMyCommands', addressOf(list), { signal })
      await this.#forget(list)
    }
    logger.debug({ lists: menus.length, set, deleted: dropped.length }, 'The command menus are up to date')
  }

  async #ours(): Promise<List[]> {
    const { rows } = await this.#options.query({
      text: 'SELECT scope, language FROM hello_menus WHERE bot_id = $1 ORDER BY scope, language',
      values: [this.#options.botId],
    })
    return rows as unknown as List[]
  }

  async #note({ scope, language }: List): Promise<void> {
    await this.#options.query({
      text: 'INSERT INTO hello_menus (bot_id, scope, language) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      values: [this.#options.botId, scope, language],
    })
  }

  async #forget({ scope, language }: List): Promise<void> {
    await this.#options.query({
      text: 'DELETE FROM hello_menus WHERE bot_id = $1 AND scope = $2 AND language = $3',
      values: [this.#options.botId, scope, language],
    })
  }
}

function addressOf({ scope, language }: List) {
  return { scope: { type: scope }, ...(language !== '' && { language_code: language }) }
}

function isSame(current: readonly BotCommand[], planned: readonly BotCommand[]): boolean {
  return (
    current.length === planned.length &&
    planned.every(({ command, description }, index) => {
      const there = current[index]
      return there?.command === command && there.description === description
    })
  )
}

function isSameList(a: List, b: List): boolean {
  return a.scope === b.scope && a.language === b.language
}

/** Telegram will say the same again. */
function isFinal(error: unknown): boolean {
  return error instanceof TelegramError && error.code >= 400 && error.code < 500 && error.code !== 429
}

function retryAfterMs(error: unknown): number {
  return error instanceof TelegramError ? (error.parameters?.retry_after ?? 0) * 1_000 : 0
}
