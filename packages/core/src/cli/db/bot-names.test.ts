/** What a bot may be called on a shared server. */
import { expect, test } from 'vitest'
import { parseBotName } from './bot-names.js'

test.each(['hello-bot', 'mybot', 'a', 'b2_x-y', 'z'.repeat(41)])('takes %s', (name) => {
  const { bot, database, role, restoring } = parseBotName(name)
  expect([bot, database, role]).toEqual([name, `${name}_db`, `${name}_user`])
  // PostgreSQL cuts longer names without a word.
  for (const one of [database, role, restoring]) expect(Buffer.byteLength(one)).toBeLessThanOrEqual(63)
})

test.each([
  '',
  ' ',
  'a"; drop database x; --',
  "a'b",
  'MyBot',
  'бот',
  '2bot',
  '-bot',
  'a.b',
  'a b',
  'bot\n',
  'bot\0',
  'z'.repeat(42),
  'z'.repeat(200),
  'postgres',
  'template0',
  'template1',
  'public',
  'pg_x',
  'user',
  'select',
  '__proto__',
])('refuses %j and says the rule', (name) => {
  expect(() => parseBotName(name)).toThrow(
    expect.objectContaining({
      code: 'BOT_NAME_INVALID',
      message: expect.stringMatching(
        /cannot be the name of a bot: expected a letter a–z first.*Nothing was changed\.$/,
      ),
    }),
  )
})
