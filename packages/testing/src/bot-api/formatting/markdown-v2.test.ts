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

describe('refuses, counting bytes', () => {
  test.each([
    ['1.', `Character '.' is reserved and must be escaped with the preceding '\\'`],
    ['a|b', `Character '|' is reserved and must be escaped with the preceding '\\'`],
    ['x>y', `Character '>' is reserved and must be escaped with the preceding '\\'`],
    ['é *bold', `Can't find end of Bold entity at byte offset 3`],
    ['_i', `Can't find end of Italic entity at byte offset 0`],
    ['```py\nx', `Can't find end of PreCode entity at byte offset 0`],
    ['*_x*_', `Can't find end of Italic entity at byte offset 4`],
    ['[a](b', `Can't find end of a URL at byte offset 4`],
    ['>*a\nb', `Can't find end of Bold entity at byte offset 1`],
    ['![x]', 'Custom emoji entity must contain a tg://emoji URL'],
    ['![x](tg://emoji?id=0)', 'Invalid custom emoji identifier specified'],
    ['![x](http://a.b)', 'Custom emoji URL must have scheme tg'],
    ['![x](tg://user?id=1)', 'Custom emoji URL must have host "emoji"'],
    ['![x](tg://emoji?a=1)', 'Custom emoji URL must have an emoji identifier'],
    ['![x](tg://emoji', `Can't find end of a custom emoji URL at byte offset 5`],
  ])('%j', (source, reason) => {
    expect(() => parseMarkdownV2(source)).toThrow(`400: Bad Request: can't parse entities: ${reason}`)
  })
})
