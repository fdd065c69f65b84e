import { expect, test } from 'vitest'
import { parseMarkdown } from './markdown.js'

test('reads what legacy Markdown knows, without nesting', () => {
  expect(
    parseMarkdown('*bold _x* _it_ `co*de` [a](http://t.me) [t.me] ```js\nlet``` \\_ \\x [](no) ****'),
  ).toEqual({
    text: 'bold _x it co*de a t.me let _ \\x (no) ',
    entities: [
      { type: 'bold', offset: 0, length: 7 },
      { type: 'italic', offset: 8, length: 2 },
      { type: 'code', offset: 11, length: 5 },
      { type: 'text_link', offset: 17, length: 1, url: 'http://t.me/' },
      { type: 'text_link', offset: 19, length: 4, url: 'http://t.me/' },
      { type: 'pre', offset: 24, length: 3, language: 'js' },
    ],
  })
})

test.each([
  ['é *x', 3],
  ['snake_case', 5],
  ['```x``', 0],
])('refuses %j', (source, offset) => {
  expect(() => parseMarkdown(source)).toThrow(
    `400: Bad Request: can't parse entities: Can't find end of the entity starting at byte offset ${offset}`,
  )
})
