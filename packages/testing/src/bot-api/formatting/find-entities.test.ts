import { expect, test } from 'vitest'
import { findEntities } from './find-entities.js'

test.each([
  ['/start', [['bot_command', 0, 6]]],
  ['/start@greeter_bot ref_42', [['bot_command', 0, 18]]],
  ['👋🏽 /help', [['bot_command', 5, 5]]],
  ['a/b http://example.org/start', [['url', 4, 24]]],
  ['either/or //start /start/', []],
  ['привет/start', []],
  [
    'hi @alice and mail@example.org',
    [
      ['mention', 3, 6],
      ['email', 14, 16],
    ],
  ],
  ['#новости and #1', [['hashtag', 0, 8]]],
  ['see https://example.org/a?b=#c.', [['url', 4, 26]]],
  [
    'example.com, t.me/x?y=(1)) and sub.domain.co.uk:8080/a_b!',
    [
      ['url', 0, 11],
      ['url', 13, 12],
      ['url', 31, 25],
    ],
  ],
  ['file.txt v1.2 a.b 1.2.3 Hello.World end.', []],
  ['8.8.8.8 and 300.1.1.1', [['url', 0, 7]]],
  ['https://foo.barbaz/x sftp://a.com', [['url', 0, 20]]],
  ['see (https://en.wikipedia.org/wiki/A_(B)).', [['url', 5, 35]]],
  ['mailto:ab@mail.example.org', [['email', 7, 19]]],
  ['tg://resolve?domain=x, ok', [['url', 0, 21]]],
  [
    '$TON $TOOLONGXX $usd $1INCH',
    [
      ['cashtag', 0, 4],
      ['cashtag', 21, 6],
    ],
  ],
  [
    '#a#b #ok_1 x#no #привет',
    [
      ['hashtag', 5, 5],
      ['hashtag', 16, 7],
    ],
  ],
  [
    '@abc @gif @abcd @',
    [
      ['mention', 5, 4],
      ['mention', 10, 5],
    ],
  ],
  [
    '/cmd@ab /cmd@abc /a-b',
    [
      ['bot_command', 8, 8],
      ['bot_command', 17, 2],
    ],
  ],
  ['call +1-212-555-0123 now', [['phone_number', 5, 15]]],
  ['nothing here', []],
])('finds the entities of %j', (text, expected) => {
  expect(findEntities(text).map(({ type, offset, length }) => [type, offset, length])).toEqual(expected)
})
