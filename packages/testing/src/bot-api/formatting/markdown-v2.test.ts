import { describe, expect, test } from 'vitest'
import { parseMarkdownV2 } from './markdown-v2.js'

const marks = (source: string) => {
  const { text, entities } = parseMarkdownV2(source)
  return [text, ...entities.map(({ type, offset, length }) => `${type} ${offset}+${length}`)]
}

test.each([
  ['*bold \\*text*', ['bold *text', 'bold 0+10']],
  [
    '_italic_ __under__ ~strike~ ||spoiler||',
    ['italic under strike spoiler', 'italic 0+6', 'underline 7+5', 'strikethrough 13+6', 'spoiler 20+7'],
  ],
  ['__*both*__', ['both', 'bold 0+4', 'underline 0+4']],
  ['`a\\`b` ```\npre\n```', ['a`b pre\n', 'code 0+3', 'pre 4+4']],
  ['😀*é*', ['😀é', 'bold 2+1']],
  ['>one\n>two\nafter', ['one\ntwo\nafter', 'blockquote 0+8']],
  ['>one\n>two||', ['one\ntwo', 'expandable_blockquote 0+7']],
  ['>one||\nx', ['one\nx', 'expandable_blockquote 0+4']],
  ['**>a\n**>b', ['a\nb', 'blockquote 0+2', 'blockquote 2+1']],
  ['a\\>b \\n', ['a>b n']],
  ['**', ['']],
  ['\r>a', ['\ra', 'blockquote 1+1']],
  ['>a\r\n>b||c||d||\r\ne', ['a\r\nbcd\r\ne', 'expandable_blockquote 0+8', 'spoiler 4+1']],
  ['>a\n>b||c||\nd', ['a\nbc\nd', 'blockquote 0+5', 'spoiler 3+1']],
  ['>`a\n>b`\nc', ['a\n>b\nc', 'blockquote 0+5', 'code 0+4']],
  ['*a\n>b\nc*', ['a\nb\nc', 'bold 0+5', 'blockquote 2+2']],
  ['>||', ['']],
  ['```a\r\n\nb```', ['\nb', 'pre 0+2']],
])('reads %j', (source, expected) => {
  expect(marks(source)).toEqual(expected)
})

test('keeps links, people, languages and emoji ids', () => {
  const { text, entities } = parseMarkdownV2(
    '[a](http://t.me/\\)x) [b](tg://user?id=42) ```js\nx``` ![👍](tg://emoji?id=5368324170671202286) [no](nowhere)',
  )
  expect(text).toBe('a b x 👍 no')
  expect(entities).toEqual([
    { type: 'text_link', offset: 0, length: 1, url: 'http://t.me/)x' },
    { type: 'text_mention', offset: 2, length: 1, user: expect.objectContaining({ id: 42 }) },
    { type: 'pre', offset: 4, length: 1, language: 'js' },
    { type: 'custom_emoji', offset: 6, length: 2, custom_emoji_id: '5368324170671202286' },
  ])
})

test('reads dates, and gives their format back in one order', () => {
  const { entities } = parseMarkdownV2(
    '![a](tg://time?unix=5&format=tWDT) ![b](TG://Time/?x=1&unix=7#unix=8)',
  )
  expect(entities).toEqual([
    { type: 'date_time', offset: 0, length: 1, unix_time: 5, date_time_format: 'wDt' },
    { type: 'date_time', offset: 2, length: 1, unix_time: 7, date_time_format: '' },
  ])
})

describe('refuses, counting bytes', () => {
  test.each<readonly [string, string]>([
    ['1.', `Character '.' is reserved and must be escaped with the preceding '\\'`],
    ['a|b', `Character '|' is reserved and must be escaped with the preceding '\\'`],
    ['x>y', `Character '>' is reserved and must be escaped with the preceding '\\'`],
    ['é *bold', `Can't find end of Bold entity at byte offset 3`],
    ['_i', `Can't find end of Italic entity at byte offset 0`],
    ['```py\nx', `Can't find end of PreCode entity at byte offset 0`],
    ['*_x*_', `Can't find end of Italic entity at byte offset 4`],
    ['[a](b', `Can't find end of a URL at byte offset 4`],
    ['>*a\nb', `Can't find end of Bold entity at byte offset 1`],
    ['![x]', 'The entity must contain a tg://emoji or tg://time URL'],
    ...[
      'tg://emoji?id=0',
      'tg://emoji?id=07',
      'http://a.b',
      'tg://user?id=1',
      'tg://emoji?a=1#&id=5',
      'tg://time?unix=0',
      'tg://time?unix=5&format=x',
    ].map((link) => [`![x](${link})`, 'Invalid tg://emoji or tg://time URL specified'] as const),
    ['![x](tg://emoji', `Can't find end of a URL at byte offset 5`],
    ['>a\n>b||c\n||d', `Can't find end of Spoiler entity at byte offset 5`],
    ['>a\n>b__\n__', `Can't find end of Underline entity at byte offset 5`],
    ['>\n*a*>b', `Character '>' is reserved and must be escaped with the preceding '\\'`],
  ])('%j', (source, reason) => {
    expect(() => parseMarkdownV2(source)).toThrow(`400: Bad Request: can't parse entities: ${reason}`)
  })
})
