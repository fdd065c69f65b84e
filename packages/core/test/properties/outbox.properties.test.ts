/** The outbox on a real table, with Telegram's answers and the statements in any order: every message leaves once, in the order of its chat in which the sender learns of it, and its row says what became of it. */
import fc from 'fast-check'
import { type Telegram, TelegramError } from 'telegraf'
import { expect, test } from 'vitest'
import type { OutgoingCall } from '../../src/database/unit.js'
import { keepLog, openCoreTables } from '../../src/updates/core-tables.fixture.js'
import { OutboxSender } from '../../src/updates/outbox-sender.js'
import { storeOutgoing } from '../../src/updates/outbox-table.js'
import { runs } from './seed.js'

/** How Telegram answers the tries of one message; behind the last it takes it. */
type Answer = 'wait' | 'refuse'

interface Message {
  readonly chat: number
  readonly answers: readonly Answer[]
  /** Whether the sender is told of it, as by its own instance, or has to find it. */
  readonly isTold: boolean
}

const batches = fc.array(
  fc.array(
    fc.record({
      chat: fc.integer({ min: 1, max: 3 }),
      answers: fc.array(fc.constantFrom<Answer>('wait', 'wait', 'refuse'), { maxLength: 2 }),
      isTold: fc.boolean(),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  { maxLength: 4 },
)

/** Behind which batches the lead is lost and had again at once. */
const losses = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 })

test('every message leaves once and in the order of its chat, or is closed as refused', async () => {
  const tables = await openCoreTables()
  const { logger } = keepLog()
  let botId = 0
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), batches, losses, async (scheduler, planned, lost) => {
      botId += 1
      const ownId = botId
      const messages = planned.flat()
      const taken: string[] = []
      const tries = new Map<string, number>()
      const telegram = {
        async callApi(_: string, { text }: { text: string }) {
          await scheduler.schedule(Promise.resolve(), `send ${text}`)
          const attempt = tries.get(text) ?? 0
          tries.set(text, attempt + 1)
          const answer = messages[Number(text)]?.answers[attempt]
          if (answer === undefined) taken.push(text)
          else throw refusalOf(answer)
        },
      } as unknown as Telegram
      const sender = new OutboxSender({
        telegram,
        botId: ownId,
        logger,
        query: async (query) => {
          await scheduler.schedule(Promise.resolve(), String(query.name ?? 'query'))
          return tables.query(query)
        },
        sweepMs: 5,
      })
      try {
        await scheduler.waitFor(
          (async () => {
            sender.lead()
            for (const [place, batch] of planned.entries()) {
              const stored = await storeOutgoing(
                tables as never,
                ownId,
                batch.map((message) => callOf(message, messages)),
              )
              const isTold = batch.every((message) => message.isTold)
              if (isTold) sender.push(stored)
              await scheduler.schedule(Promise.resolve(), 'next batch')
              if (!lost[place]) continue
              sender.follow()
              await scheduler.schedule(Promise.resolve(), 'lead again')
              sender.lead()
            }
            await untilClosed(ownId)
          })(),
        )
      } finally {
        await scheduler.waitFor(sender.stop())
      }
      // What is refused ends a message; what asks to wait does not.
      const isSent = ({ answers }: Message) => !answers.includes('refuse')
      const wanted = messages.flatMap((message, index) => (isSent(message) ? [String(index)] : []))
      expect(taken.toSorted()).toEqual(wanted.toSorted())
      // What another instance has stored is found a moment later: it has an order of its own.
      const told = new Set<Message>(planned.filter((batch) => batch.every(({ isTold }) => isTold)).flat())
      for (const chat of [1, 2, 3]) {
        for (const isTold of [true, false]) {
          const ofChat = (texts: readonly string[]) =>
            texts.filter((text) => {
              const message = messages[Number(text)] as Message
              return message.chat === chat && told.has(message) === isTold
            })
          expect(ofChat(taken)).toEqual(ofChat(wanted))
        }
      }
      const rows = await tables.rows(`SELECT outcome FROM hello_outbox WHERE bot_id = ${ownId} ORDER BY id`)
      expect(rows).toEqual(messages.filter((message) => !isSent(message)).map(() => ({ outcome: 'refused' })))
    }),
    runs(100),
  )

  async function untilClosed(bot: number): Promise<void> {
    for (;;) {
      const open = await tables.rows(`SELECT FROM hello_outbox WHERE bot_id = ${bot} AND closed_at IS NULL`)
      if (open.length === 0) return
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
})

function callOf(message: Message, messages: readonly Message[]): OutgoingCall {
  const payload = { chat_id: message.chat, text: String(messages.indexOf(message)) }
  return { chatId: message.chat, method: 'sendMessage', payload }
}

function refusalOf(answer: Answer): TelegramError {
  return answer === 'wait'
    ? new TelegramError({ error_code: 429, description: 'Later', parameters: { retry_after: 0.002 } })
    : new TelegramError({ error_code: 400, description: 'Bad Request: no' })
}
