/** Local Telegrams in a process of their own, which is stopped by SIGSTOP: its kernel goes on taking connections, and nobody answers them. */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Issued } from './judge.js'
import type { RowRun } from './row.js'

/** One of them, with one bot and one person. */
export interface OtherTelegram {
  readonly apiRoot: string
  readonly token: string
}

/** See the file's purpose. What is asked of it while it is stopped is answered afterwards. */
export interface TelegramProcess {
  readonly telegrams: readonly OtherTelegram[]
  /** The person of each writes a message. */
  say(): Promise<readonly Issued[]>
  /** What the person of each has been told. */
  hear(): Promise<readonly (readonly string[])[]>
  /** SIGSTOP */
  freeze(): void
  /** SIGCONT */
  thaw(): void
}

/** Starts it; it is killed at the end of the row. */
export async function startTelegrams(run: RowRun, count: number): Promise<TelegramProcess> {
  const child = fork(fileURLToPath(new URL('../bot/telegram.ts', import.meta.url)), {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TELEGRAMS: String(count) },
    execArgv: ['--import', 'tsx'],
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const takeAlong = () => void child.kill('SIGKILL')
  process.once('exit', takeAlong)
  run.onEnd(async () => {
    process.off('exit', takeAlong)
    child.kill('SIGKILL')
    await ended
  })
  const asked = new Map<number, (answer: unknown) => void>()
  const answered = <Answer>(id: number) =>
    Promise.race([
      new Promise<Answer>((resolve) => asked.set(id, resolve as (answer: unknown) => void)),
      ended.then((): never => {
        throw new Error('The process of the local Telegrams has ended.')
      }),
    ])
  child.on('message', ({ id, answer }: { id: number; answer: unknown }) => asked.get(id)?.(answer))
  const telegrams = await answered<readonly OtherTelegram[]>(0)
  for (const { token } of telegrams) run.addSecret(token)
  let lastId = 0
  const ask = <Answer>(what: 'say' | 'hear') => {
    const answer = answered<Answer>(++lastId)
    child.send({ id: lastId, ask: what })
    return answer
  }
  return {
    telegrams,
    say: () => ask('say'),
    hear: () => ask('hear'),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
  }
}
