/** The local Telegram of `hello dev`: the chat page in the browser, and a chat that is still there after a restart. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { World, WorldSnapshot } from '@hello/testing'
import { UsageError } from '../errors.js'

/** A local Telegram that runs. */
export interface LocalTelegram {
  /** The address of the chat page. */
  readonly url: string
  readonly apiRoot: string
  readonly token: string
  /** Keeps the chat and closes the page. */
  stop(): Promise<void>
}

const saveEveryMs = 2_000
/** After a kill the file may lack the last updates; ids that the bot has seen must not come again. */
const idsSkippedAtStart = 100_000

/**
 * @param path where the chat is kept
 * @throws UsageError TESTING_NOT_INSTALLED: `@hello/testing` is missing. Nothing was opened.
 */
export async function startLocalTelegram(path: string, port: number): Promise<LocalTelegram> {
  const { createWorld, startServer } = await loadTesting()
  const snapshot = await readSnapshot(path)
  const world = createWorld(snapshot && { snapshot })
  const bot = world.bots[0] ?? world.createBot({ username: 'hello_bot', firstName: 'Hello Bot' })
  const person = world.people[0] ?? world.createPerson({ firstName: 'Alex', languageCode: 'en' })
  const server = await startServer(world, { port, defaults: { bot, person } })
  const saver = keepSaved(world, path)
  return {
    url: server.url,
    apiRoot: server.apiRoot,
    token: bot.token,
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
    throw new UsageError(
      'TESTING_NOT_INSTALLED',
      'BOT_TOKEN is not set, and @hello/testing, the local Telegram, is not installed. Run: npm install --save-dev @hello/testing – or set BOT_TOKEN.',
      { cause },
    )
  }
}

async function readSnapshot(path: string): Promise<WorldSnapshot | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch {
    return undefined
  }
  const snapshot = JSON.parse(text) as WorldSnapshot
  for (const bot of snapshot.bots) bot.lastUpdateId += idsSkippedAtStart
  return snapshot
}

function keepSaved(world: World, path: string) {
  let saved = ''
  const save = async () => {
    const text = JSON.stringify(world.snapshot())
    if (text === saved) return
    saved = text
    await mkdir(dirname(path), { recursive: true })
    // Renamed into place, so that a kill leaves the old file or the new one.
    await writeFile(`${path}.new`, text, { mode: 0o600 })
    await rename(`${path}.new`, path)
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
