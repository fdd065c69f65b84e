/** What stands ready when `hello-telegram` has started: a bot, a person, a forum and a channel, on one server. */
import { createJumpingClock } from '../clock.js'
import { TestingError } from '../errors.js'
import { startServer } from '../http/server.js'
import { createWorld } from '../world.js'

/** Options of {@link startStage}. */
export interface StageOptions {
  /** As it was typed; undefined = any free port. */
  port: string | undefined
  isStrict: boolean
}

// Names that the test suites of clients look up.
const publishedSets = ['Animals', 'HotCherry', 'Pusheen']

/** What clients need to know. */
export interface StageDescription {
  apiRoot: string
  token: string
  botId: number
  /** A person who has started the bot. */
  userId: number
  /** A forum supergroup: the bot is an administrator with every right, the person its owner. */
  groupId: number
  /** A channel: the bot is an administrator with every right, the person its owner. */
  channelId: number
}

/**
 * Opens the world and its server.
 * @throws TestingError PORT_INVALID. Nothing has been started.
 */
export async function startStage({ port, isStrict }: StageOptions) {
  const number = readPort(port)
  const world = createWorld({ clock: createJumpingClock(), isStrict })
  const bot = world.createBot({ username: 'hello_test_bot', firstName: 'Hello' })
  const person = world.createPerson({ firstName: 'Alex', username: 'alex', languageCode: 'en' })
  // Opened, as by /start, but without the message: no update of before the client's time waits for it.
  world.state.openPrivateChat(bot, person.user)
  for (const name of publishedSets) world.createStickerSet({ name, title: name, emojis: ['🙂', '👋', '🎉'] })
  const group = world.createGroup({
    title: 'Hello group',
    owner: person,
    administrators: [bot],
    isForum: true,
  })
  const channel = world.createChannel({ title: 'Hello channel', owner: person, bots: [bot] })
  const server = await startServer(world, { port: number, defaults: { bot, person } })
  const description: StageDescription = {
    apiRoot: server.apiRoot,
    token: bot.token,
    botId: bot.id,
    userId: person.id,
    groupId: group.id,
    channelId: channel.id,
  }
  return {
    world,
    description,
    /** Stops the server and ends what waits. */
    async stop(): Promise<void> {
      world.close()
      await server.stop()
    },
  }
}

function readPort(text: string | undefined): number {
  if (text === undefined) return 0
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new TestingError('PORT_INVALID', `"${text}" is no port: give a number from 0 to 65535.`)
}
