/** One `sendMessage` after the other, 32 at once, to a Bot API that answers at once: what the client of each costs. */
import { createRequire } from 'node:module'
import { Telegram } from 'telegraf'
import { createSecretRedactor } from '../../packages/core/src/secrets.js'
import { createTelegram } from '../../packages/core/src/telegram/transport.js'
import { cpuMicrosOf } from './cpu-cost.js'
import { token } from './greeter.js'

type Send = (chatId: number, text: string) => Promise<unknown>

/** Microseconds of CPU for each call. */
export async function measureTransport(
  times: number,
): Promise<{ hello: number; telegraf: number; grammy: number }> {
  const { BOT_API: apiRoot = '', BENCHMARKS: benchmarks = '' } = process.env
  const hello = createTelegram({ token, apiRoot, redactor: createSecretRedactor() })
  const telegraf = new Telegram(token, { apiRoot, webhookReply: false })
  // Core does not depend on it.
  const { Api } = createRequire(benchmarks)('grammy') as {
    Api: new (token: string, options: { apiRoot: string }) => { sendMessage: Send }
  }
  const grammy = new Api(token, { apiRoot })
  const results = {
    hello: await cpuMicrosOf(
      times,
      sending((chatId, text) => hello.sendMessage(chatId, text)),
    ),
    telegraf: await cpuMicrosOf(
      times,
      sending((chatId, text) => telegraf.sendMessage(chatId, text)),
    ),
    grammy: await cpuMicrosOf(
      times,
      sending((chatId, text) => grammy.sendMessage(chatId, text)),
    ),
  }
  await hello.disconnect()
  return results
}

function sending(send: Send): (count: number) => Promise<void> {
  return async (count) => {
    let left = count
    const work = async () => {
      while (left-- > 0) await send(7_000_000_000, 'Hello again, alice!')
    }
    await Promise.all(Array.from({ length: 32 }, work))
  }
}
