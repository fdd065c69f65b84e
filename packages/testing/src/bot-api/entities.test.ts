import { expect, test } from 'vitest'
import { detectEntities } from './entities.js'

test.each([
  ['/start', [['bot_command', 0, 6]]],
  ['/start@greeter_bot ref_42', [['bot_command', 0, 18]]],
  ['👋🏽 /help', [['bot_command', 5, 5]]],
  ['a/b http://example.org/start', [['url', 4, 24]]],
  ['either/or //start /start/', []],
  ['привет/start', []],
  ['hi @alice and mail@example.org', [['mention', 3, 6]]],
  ['#новости and #1', [['hashtag', 0, 8]]],
  ['see https://example.org/a?b=#c.', [['url', 4, 26]]],
  ['nothing here', []],
])('finds the entities of %j', (text, expected) => {
  expect(detectEntities(text).map(({ type, offset, length }) => [type, offset, length])).toEqual(expected)
})

test('finds nothing inside what is already marked', () => {
  const code = { type: 'code', offset: 0, length: 6 }
  expect(detectEntities('/start', [code])).toEqual([code])
})
