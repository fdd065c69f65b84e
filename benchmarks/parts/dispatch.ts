/** From an update to the handler of its command, and no further: Hello's way and telegraf's. The commands are asked evenly. */
import { Telegraf, Telegram } from 'telegraf'
import { createDispatcher } from '../../packages/core/src/app/dispatcher.js'
import { BoundContext, type ContextSource } from '../../packages/core/src/telegram/context.js'
import { cpuMicrosOf } from './cpu-cost.js'
import { commander, commandUpdate, me, settingsOf, token } from './greeter.js'

/** Microseconds for an update, by how many commands there are. */
export async function measureDispatch(
  counts: readonly number[],
  times: number,
): Promise<{ commands: number; hello: number; telegraf: number }[]> {
  const results: { commands: number; hello: number; telegraf: number }[] = []
  for (const commands of counts) {
    const hello = await cpuMicrosOf(times * 10, asked(createHelloDispatch(commands), commands))
    // A hundredth: it costs about so much more.
    const telegraf = await cpuMicrosOf(
      Math.max(200, times / 10),
      asked(createTelegrafDispatch(commands), commands),
    )
    results.push({ commands, hello, telegraf })
  }
  return results
}

interface Dispatched {
  run(update: ReturnType<typeof commandUpdate>): Promise<unknown>
  /** How often a handler was reached. */
  readonly handled: number
}

/** Asks every command in turn. @throws Error: a handler was not reached, so the figure would be of nothing. */
function asked(dispatched: Dispatched, commands: number): (count: number) => Promise<void> {
  const updates = Array.from({ length: commands }, (_, index) => commandUpdate(index, `command_${index}`))
  return async (count) => {
    const before = dispatched.handled
    for (let index = 0; index < count; index++) {
      const update = updates[index % commands]
      if (update !== undefined) await dispatched.run(update)
    }
    if (dispatched.handled - before !== count) throw new Error('A command did not reach its handler.')
  }
}

function createHelloDispatch(commands: number): Dispatched {
  const state = { handled: 0 }
  const { settings, texts } = settingsOf([commander(commands, () => state.handled++)])
  const dispatch = createDispatcher(settings.plugins, me.username)
  const unused = () => {
    throw new Error('Dispatch alone asks for nothing.')
  }
  const source = {
    telegram: new Telegram(token),
    me,
    outbox: {} as ContextSource['outbox'],
    texts,
    services: unused,
    state: unused,
    afterCommit: unused,
  }
  return {
    run: (update) => dispatch(new BoundContext(update, source)),
    get handled() {
      return state.handled
    },
  }
}

function createTelegrafDispatch(commands: number): Dispatched {
  const state = { handled: 0 }
  const bot = new Telegraf(token)
  bot.botInfo = me
  for (let index = 0; index < commands; index++) {
    bot.command(`command_${index}`, () => {
      state.handled++
    })
  }
  return {
    run: (update) => bot.handleUpdate(update),
    get handled() {
      return state.handled
    },
  }
}
