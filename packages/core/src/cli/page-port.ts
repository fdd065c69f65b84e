/** Remembers the port of the chat page: a tab that was left open finds it again after a restart. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** The port that was kept; `undefined` where none was, or none can be read. */
export async function readPagePort(path: string): Promise<number | undefined> {
  const port = Number(await readFile(path, 'utf8').catch(() => ''))
  return Number.isInteger(port) && port > 0 && port <= 65_535 ? port : undefined
}

/** Keeps it. Never throws: without it the page has another address next time, and nothing worse. */
export async function keepPagePort(path: string, port: number): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, `${port}\n`)
  } catch {
    // A folder that cannot be written is told of by what keeps the chat in it.
  }
}
