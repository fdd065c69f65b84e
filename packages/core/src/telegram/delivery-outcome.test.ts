import { TelegramError } from 'telegraf'
import { expect, test } from 'vitest'
import { TelegramRefusal } from '../errors.js'
import { isUnreachable, readFailure } from './delivery-outcome.js'

const refusal = (error_code: number, description: string, parameters?: object) =>
  new TelegramError({ error_code, description, ...(parameters && { parameters }) })
const unreachable = (code: string) =>
  new TelegramRefusal('TELEGRAM_UNREACHABLE', 'x', { cause: Object.assign(new Error('x'), { code }) })

test.each([
  [403, 'Forbidden: bot was blocked by the user', 'blocked', true],
  [403, 'Forbidden: user is deactivated', 'deactivated', true],
  [403, 'Forbidden: bot was kicked from the supergroup chat', 'kicked', true],
  [403, 'Forbidden: bot is not a member of the channel chat', 'kicked', true],
  [403, 'Forbidden: the group chat was deleted', 'chat-deleted', true],
  [403, "Forbidden: bot can't initiate conversation with a user", 'not-started', true],
  [400, 'Bad Request: chat not found', 'chat-not-found', true],
  [400, 'Bad Request: PEER_ID_INVALID', 'chat-not-found', true],
  [403, 'Forbidden: not enough rights to send text messages to the chat', 'forbidden', false],
  [400, 'Bad Request: message is too long', 'invalid', false],
  [404, 'Not Found', 'invalid', false],
] as const)('reads %d "%s" as %s', (code, description, reason, gone) => {
  expect(readFailure(refusal(code, description))).toEqual({ kind: 'refused', reason })
  expect(isUnreachable(reason)).toBe(gone)
})

test('waits as long as Telegram says, and follows a group that became a supergroup', () => {
  expect(readFailure(refusal(429, 'Too Many Requests', { retry_after: 7 }))).toEqual({
    kind: 'wait',
    retryAfterMs: 7_000,
  })
  for (const code of [400, 403]) {
    const moved = refusal(code, 'group chat was upgraded', { migrate_to_chat_id: -1001 })
    expect(readFailure(moved)).toEqual({ kind: 'migrated', chatId: -1001 })
  }
})

test('knows after which failures Telegram may have acted', () => {
  const mayHaveActed = (error: unknown) => readFailure(error)
  for (const error of [
    refusal(502, 'Bad Gateway'),
    unreachable('ECONNRESET'),
    unreachable('UND_ERR_HEADERS_TIMEOUT'),
  ])
    expect(mayHaveActed(error)).toEqual({ kind: 'retry', mayHaveActed: true })
  for (const error of [refusal(401, 'Unauthorized'), unreachable('ECONNREFUSED'), unreachable('ENOTFOUND')])
    expect(mayHaveActed(error)).toEqual({ kind: 'retry', mayHaveActed: false })
  expect(mayHaveActed(new TelegramRefusal('TELEGRAM_BAD_RESPONSE', 'html'))).toEqual({
    kind: 'retry',
    mayHaveActed: true,
  })
})

test('gives up what cannot be made a call', () => {
  for (const error of [new TelegramRefusal('TELEGRAM_UPLOAD', 'no file'), new TypeError('x')])
    expect(readFailure(error)).toEqual({ kind: 'refused', reason: 'invalid' })
})
