/** The stage of the scenarios: one world, called in process or over HTTP, where everything sent out is checked. */
import { expect } from 'vitest'
import { findMismatch, findResultMismatch } from '../../src/bot-api/schema/find-mismatch.js'
import {
  ApiError,
  type Bot,
  createManualClock,
  createWorld,
  startServer,
  type WorldOptions,
} from '../../src/index.js'
import { Parameters } from '../../src/methods/parameters.js'

/** The two faces that every scenario runs on. */
export const faces = ['in process', 'over HTTP'] as const

export type Face = (typeof faces)[number]

/** Opens a world with a bot and Alice, who has written to it. */
export async function openStage(face: Face, options: WorldOptions = {}) {
  const clock = createManualClock({ startUnix: 1_800_000_000 })
  const world = createWorld({ clock, ...options })
  const bot = world.createBot({ username: 'greeter_bot', firstName: 'Greeter' })
  const alice = world.createPerson({ firstName: 'Alice', username: 'alice' })
  alice.sends('hi')
  bot.updates.clear()
  const server = face === 'over HTTP' ? await startServer(world) : undefined
  const send = server ? httpCaller(server.apiRoot) : directCaller(world)

  /** Calls a method and checks its result; in Alice's chat unless it says otherwise. */
  const callAs = async (
    caller: Bot,
    method: string,
    values: object = {},
    files: Files = {},
  ): Promise<any> => {
    const result = await send(caller, method, { chat_id: alice.id, ...values }, files)
    expect(findResultMismatch(method, result)).toBeUndefined()
    return result
  }
  return {
    clock,
    world,
    bot,
    alice,
    callAs,
    call: (method: string, values?: object, files?: Files) => callAs(bot, method, values, files),
    /** Expects a refusal and gives its description. */
    async refusal(method: string, values: object = {}, files: Files = {}): Promise<string> {
      return callAs(bot, method, values, files).then(
        (result) => expect.fail(`${method} was not refused: ${JSON.stringify(result)}`),
        (error: ApiError) => error.description ?? String(error),
      )
    },
    /** The updates that wait, each checked, without their ids; they are confirmed. */
    updates(of: Bot = bot): any[] {
      const waiting = of.updates.pending().map(({ update }) => update)
      of.updates.clear()
      for (const update of waiting) expect(findMismatch('Update', update)).toBeUndefined()
      return waiting.map((update) => {
        const { update_id: _, ...payload } = update as { update_id: number }
        return payload
      })
    },
    async [Symbol.asyncDispose]() {
      world.close()
      await server?.stop()
    },
  }
}

type Files = Record<string, Buffer>

type Caller = (bot: Bot, method: string, values: object, files: Files) => Promise<unknown>

function directCaller(world: ReturnType<typeof createWorld>): Caller {
  return async (bot, method, values, files) => {
    const uploads = Object.entries(files).map(
      ([name, content]) => [name, { fileName: `${name}.bin`, mimeType: undefined, content }] as const,
    )
    return world.callWith(bot, method, new Parameters({ ...values }, new Map(uploads)))
  }
}

function httpCaller(apiRoot: string): Caller {
  return async (bot, method, values, files) => {
    const response = await fetch(`${apiRoot}/bot${bot.token}/${method}`, {
      method: 'POST',
      ...(Object.keys(files).length === 0
        ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(values) }
        : { body: formOf(values, files) }),
    })
    const answer = (await response.json()) as any
    if (answer.ok) return answer.result
    expect(response.status).toBe(answer.error_code)
    throw new ApiError(answer.error_code, answer.description, answer.parameters)
  }
}

function formOf(values: object, files: Files): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(values)) {
    form.set(name, typeof value === 'object' ? JSON.stringify(value) : String(value))
  }
  for (const [name, content] of Object.entries(files)) {
    form.set(name, new Blob([new Uint8Array(content)]), `${name}.bin`)
  }
  return form
}
