/** The local Telegram of `hello dev`: the chat page in the browser, and a chat that is still there after a restart. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { BotSwitch, InspectorEvent, RunningServer, World, WorldSnapshot } from '@hello/testing'
import { ConfigError, UsageError } from '../errors.js'
import { keepPagePort, readPagePort } from './page-port.js'

/** A local Telegram that runs. */
export interface LocalTelegram {
  /** The address of the chat page. */
  readonly url: string
  readonly apiRoot: string
  readonly token: string
  readonly botId: number
  /** Takes what is told of the bot's work, for the page. Secrets must be out of it. */
  tell(event: InspectorEvent): void
  /** Keeps the chat and closes the page. */
  stop(): Promise<void>
}

const saveEveryMs = 2_000
/** After a kill the file may lack the last updates; ids that the bot has seen must not come again. */
const idsSkippedAtStart = 100_000

/** What starting one needs. */
export interface LocalTelegramOptions {
  /** The folder where the chat and the port of its page are kept. */
  readonly data: string
  /** Of the page; 0 takes a free one. @default the one that it had before, if it is free */
  readonly port: number | undefined
  /** Is told what the person should know. */
  note(line: string): void
  /** Stops and starts the bot for the page. */
  readonly botSwitch: BotSwitch
}

/**
 * @throws UsageError TESTING_NOT_INSTALLED: `@hello/testing` is missing. Nothing was opened.
 * @throws ConfigError CONFIG_PORT_IN_USE: another program has the port. Nothing was opened.
 */
export async function startLocalTelegram({
  data,
  port,
  note,
  botSwitch,
}: LocalTelegramOptions): Promise<LocalTelegram> {
  const path = join(data, 'telegram.json')
  const { createWorld, startServer } = await loadTesting()
  const world = await restoreWorld(path, createWorld, note)
  const bot = world.bots[0] ?? world.createBot({ username: 'hello_bot', firstName: 'Hello Bot' })
  const person = world.people[0] ?? world.createPerson({ firstName: 'Alex', languageCode: 'en' })
  const listen = (on: number) =>
    startServer(world, { port: on, defaults: { bot, person }, botSwitch, isInspected: true })
  const server = await listenOn(port, join(data, 'page-port'), listen)
  const saver = keepSaved(world, path, note)
  return {
    url: server.url,
    apiRoot: server.apiRoot,
    token: bot.token,
    botId: bot.id,
    tell: (event) => server.inspector.add(event),
    stop: async () => {
      await server.stop()
      await saver.stop()
    },
  }
}

async function loadTesting(): Promise<typeof import('@hello/testing')> {
  try {
    return await import('@hello/testing')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    // One that is there and does not load is another matter.
    if (code !== 'ERR_MODULE_NOT_FOUND' || !message.includes('@hello/testing')) throw cause
    throw new UsageError(
      'TESTING_NOT_INSTALLED',
      'BOT_TOKEN is not set, and @hello/testing, the local Telegram, is not installed. Run: npm install --save-dev @hello/testing – or set BOT_TOKEN.',
      { cause },
    )
  }
}

async function listenOn(
  port: number | undefined,
  path: string,
  listen: (port: number) => Promise<RunningServer>,
): Promise<RunningServer> {
  const kept = port ?? (await readPagePort(path)) ?? 0
  const server = await listen(kept).catch((error: unknown) => {
    if (port !== undefined) throw portInUse(error, port)
    // Whatever stands against the one that was kept, nobody has asked for it.
    return listen(0)
  })
  await keepPagePort(path, Number(new URL(server.url).port))
  return server
}

function portInUse(cause: unknown, port: number): unknown {
  if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') return cause
  return new ConfigError(
    'CONFIG_PORT_IN_USE',
    `Another program has the port ${port} that the chat page was to have. Give another one: hello dev --port 0`,
    { cause },
  )
}

/** The world that was kept; a new one where there is none, or where its file cannot be used, which is then set aside. */
async function restoreWorld(
  path: string,
  createWorld: typeof import('@hello/testing').createWorld,
  note: (line: string) => void,
): Promise<World> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return createWorld()
    throw error
  }
  try {
    const snapshot = JSON.parse(text) as WorldSnapshot
    for (const bot of snapshot.bots) bot.lastUpdateId += idsSkippedAtStart
    return createWorld({ snapshot })
  } catch (error) {
    const aside = `${path}.damaged`
    await rename(path, aside)
    note(
      `The chat cannot be read (${(error as Error).message}). It is set aside as ${aside}, and a new one begins.`,
    )
    return createWorld()
  }
}

function keepSaved(world: World, path: string, note: (line: string) => void) {
  let saved = ''
  let hasFailed = false
  const save = async () => {
    const text = JSON.stringify(world.snapshot())
    if (text === saved) return
    try {
      await mkdir(dirname(path), { recursive: true })
      // Renamed into place, so that a kill leaves the old file or the new one.
      await writeFile(`${path}.new`, text, { mode: 0o600 })
      await rename(`${path}.new`, path)
      saved = text
    } catch (error) {
      if (!hasFailed) note(`The chat cannot be kept: ${(error as Error).message}`)
      hasFailed = true
    }
  }
  let saving = save()
  const timer = setInterval(() => {
    saving = saving.then(save)
  }, saveEveryMs)
  timer.unref()
  return {
    stop: async () => {
      clearInterval(timer)
      await saving
      await save()
    },
  }
}
