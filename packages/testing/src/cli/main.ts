#!/usr/bin/env node
/** `hello-telegram`: starts the local Telegram alone, for clients in any language, and prints where it is as one JSON line. */
import { parseArgs } from 'node:util'
import { startStage } from './stage.js'

const usage = `hello-telegram [--port <number>] [--strict]

Starts a local Telegram on 127.0.0.1 and prints one JSON line with apiRoot, token, botId, userId, groupId, channelId.

  --port <number>  the port to listen on; without it any free one
  --strict         refuse parameters that the Bot API does not have, which Telegram passes over
  --help           this text

People act over the control API under <apiRoot>/control. It stops on SIGINT or SIGTERM.
`

try {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, strict: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) process.stdout.write(usage)
  else await run(values.port, values.strict ?? false)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
  process.exitCode = 2
}

async function run(port: string | undefined, isStrict: boolean): Promise<void> {
  const stage = await startStage({ port, isStrict })
  process.stdout.write(`${JSON.stringify(stage.description)}\n`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stage.stop())
}
