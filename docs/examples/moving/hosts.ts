/** The three versions of the bot, each in a Telegram of its own, with one face for the tests. */
import { type App, createApp } from '@hello/core'
import { startTestBot } from '@hello/core/testing'
import { createWorld, type Person, type PersonOptions, startServer } from '@hello/testing'
import { pizza as asItIs } from './as-it-is.js'
import { pizza } from './pizza.js'
import { createPizzaBot } from './telegraf-bot.js'

/** A running version. */
export interface Host {
  createPerson(options: PersonOptions): Person
  /** Sends a text whose update Telegram delivers twice. */
  sendsTwice(person: Person, text: string): void
  /** Ends the process and starts another one, as a release does. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** The versions, from the bot of telegraf to the plugin of Hello. */
export const versions: Record<string, (postgresUrl: string) => Promise<Host>> = {
  telegraf: startTelegraf,
  'as it is': (postgresUrl) =>
    startHello(() => createApp({ plugins: [asItIs()], help: false, menus: false }), postgresUrl),
  Hello: (postgresUrl) => startHello(() => createApp({ plugins: [pizza()] }), postgresUrl),
}

async function startTelegraf(): Promise<Host> {
  const world = createWorld()
  const account = world.createBot({ username: 'pizza_bot', firstName: 'Pizza' })
  const server = await startServer(world, { defaults: { bot: account } })
  let running = launch()

  function launch() {
    const bot = createPizzaBot(account.token, server.apiRoot)
    return { bot, polling: bot.launch() }
  }
  async function end() {
    running.bot.stop()
    await running.polling
  }
  return {
    createPerson: (options) => world.createPerson(options),
    sendsTwice(person, text) {
      person.sends(text)
      account.updates.repeat()
    },
    async restart() {
      await end()
      running = launch()
    },
    async stop() {
      await end()
      await server.stop()
    },
  }
}

async function startHello(makeApp: () => App, postgresUrl: string): Promise<Host> {
  const bot = await startTestBot(makeApp(), { postgresUrl, quiet: true })
  let running = bot.app
  return {
    createPerson: (options) => bot.createPerson(options),
    sendsTwice(person, text) {
      person.sends(text)
      bot.bot.updates.repeat()
    },
    async restart() {
      await running.idle()
      await running.stop()
      running = makeApp()
      await running.start({ env: { ...bot.env, LOG_LEVEL: 'silent' } })
    },
    async stop() {
      await running.stop()
      await bot.stop()
    },
  }
}
