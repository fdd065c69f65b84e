import { expect, test } from 'vitest'
import { createLogger } from '../logger.js'
import { createSecretRedactor } from '../secrets.js'
import { assertNoSecret } from './secret-lines.js'

const token = `123456:${'a'.repeat(35)}`
const env = { BOT_TOKEN: token, DATABASE_URL: 'postgres://me:p%40ssword@127.0.0.1/bot' }
const secrets = [token, 'p%40ssword', 'p@ssword']

/** What a logger writes that knows these secrets. */
function linesOf(known: readonly string[]): string[] {
  const lines: string[] = []
  const redactor = createSecretRedactor()
  for (const secret of known) redactor.add(secret)
  const logger = createLogger({
    level: 'info',
    pretty: false,
    redactor,
    destination: { write: (line) => lines.push(line) },
  })
  logger.info('all is well')
  logger.warn({ url: env.DATABASE_URL, decoded: 'p@ssword' }, `the token is ${token}`)
  return lines
}

test('finds the token or a password that was logged, and does not show it', () => {
  expect(() => assertNoSecret(linesOf([]), secrets)).toThrow(
    expect.objectContaining({
      code: 'TEST_SECRET_LOGGED',
      message: expect.stringMatching(/^Line 2 .*"the token is \[secret\]"/),
    }),
  )
  expect(() => assertNoSecret(linesOf([token]), secrets)).toThrow(/Line 2/)
})

test('finds nothing where the logger hides what it knows', () => {
  assertNoSecret(linesOf([token, 'p@ssword', 'p%40ssword']), secrets)
})
