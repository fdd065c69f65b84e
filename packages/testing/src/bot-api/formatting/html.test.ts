import { expect, test } from 'vitest'
import { parseHtml } from './html.js'

test('turns tags into entities with UTF-16 offsets', () => {
  expect(parseHtml('👋 <b>bold <i>both</i></b> &lt;&amp;&#x1F600;')).toEqual({
    text: '👋 bold both <&😀',
    entities: [
      { type: 'bold', offset: 3, length: 9 },
      { type: 'italic', offset: 8, length: 4 },
    ],
  })
})

test('keeps the link of an anchor and the language of a pre', () => {
  expect(parseHtml('<a href="https://example.org/?a=1&amp;b=2">x</a>').entities).toEqual([
    { type: 'text_link', offset: 0, length: 1, url: 'https://example.org/?a=1&b=2' },
  ])
  expect(parseHtml('<pre><code class="language-ts">let a</code></pre>').entities).toEqual([
    { type: 'pre', offset: 0, length: 5, language: 'ts' },
  ])
  expect(parseHtml('<blockquote expandable>q</blockquote>').entities[0]?.type).toBe('expandable_blockquote')
})

test.each([
  ['é<foo>', 'Unsupported start tag "foo" at byte offset 2'],
  ['<b>x', `Can't find end tag corresponding to start tag "b"`],
  ['<b>x</i>', 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'],
  ['x</b>', 'Unexpected end tag at byte offset 1'],
  ['1 < 2', 'Unsupported start tag "" at byte offset 2'],
  ['<b', 'Unclosed start tag at byte offset 0'],
  ['<b x', 'Unclosed start tag "b" at byte offset 0'],
  ['<a href=x/y>x</a>', 'Unexpected end of name token at byte offset 8'],
  ['<a "x">x</a>', 'Empty attribute name in the tag "a" at byte offset 0'],
  ['<a href="x>y', 'Unclosed start tag at byte offset 0'],
  ['<b/>', 'Unsupported start tag "b/" at byte offset 0'],
  ['<b>x</b', 'Unclosed end tag at byte offset 4'],
  ['<tg-emoji emoji-id="x">👍</tg-emoji>', 'Invalid custom emoji identifier specified'],
  [
    '&#xd800;',
    'Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units',
  ],
  ['<tg-time unix="5" format="rt">x</tg-time>', 'Invalid date format used'],
  ['<tg-time unix="x">x</tg-time>', 'Invalid date specified'],
  ['<span>x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'],
])('refuses %j as Telegram does', (source, reason) => {
  expect(() => parseHtml(source)).toThrow(`400: Bad Request: can't parse entities: ${reason}`)
})

test('reads references with and without a semicolon, and leaves others alone', () => {
  expect(parseHtml('&lt&gt;&AMP;&nbsp;&#65;&#x1F600 &#0;&').text).toBe('<>&AMP;&nbsp;A😀 &#0;&')
})

test('reads dates, quotations and nested code', () => {
  expect(parseHtml('<tg-time unix="5", format="R">x</tg-time>').entities).toEqual([
    { type: 'date_time', offset: 0, length: 1, unix_time: 5, date_time_format: 'r' },
  ])
  const typesOf = (source: string) => parseHtml(source).entities.map(({ type }) => type)
  expect(typesOf('<blockquote cite="" other>a</blockquote>')).toEqual(['blockquote'])
  expect(typesOf('<blockquote expandable=false>a</blockquote>')).toEqual(['expandable_blockquote'])
  expect(typesOf('<pre><code class="language-">a</code></pre>')).toEqual(['pre', 'code'])
  expect(typesOf('<pre> <code class="language-x">a</code></pre>')).toEqual(['pre', 'code'])
  expect(typesOf('<a>example.org</a>')).toEqual(['text_link'])
  expect(typesOf('<a>example.org </a>')).toEqual([])
})
