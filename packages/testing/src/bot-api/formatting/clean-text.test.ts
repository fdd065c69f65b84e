import { describe, expect, test } from 'vitest'
import type { MessageEntity } from '../objects.js'
import { cleanText } from './clean-text.js'

const entity = (type: string, offset: number, length: number): MessageEntity => ({ type, offset, length })
const marks = (text: string, entities: MessageEntity[]) => {
  const cleaned = cleanText(text, entities)
  return [cleaned.text, ...cleaned.entities.map((e) => `${e.type} ${e.offset}+${e.length}`)]
}

test('trims the ends, drops carriage returns, and puts a blank for other control characters', () => {
  expect(cleanText(' \n a\tb\r\n\u2028c\u0007 ')).toEqual({ text: 'a b\nc', entities: [] })
  expect(marks('\r\r bold ', [entity('bold', 3, 5)])).toEqual(['bold', 'bold 0+4'])
  expect(marks('  a b  ', [entity('code', 4, 3)])).toEqual(['a b', 'code 2+1'])
  expect(marks(' \n ', [entity('bold', 0, 3)])).toEqual([''])
})

test('of marks of direction in a row the last one stays', () => {
  expect(cleanText('\u200f\u200e\u200fa\u200f').text).toBe('\u200c\u200c\u200fa\u200f')
})

describe('entities', () => {
  test.each<[string, MessageEntity[], string[]]>([
    [
      'nested ones are cut where the inner one begins',
      [entity('bold', 0, 10), entity('italic', 5, 5)],
      ['bold 0+5', 'bold 5+5', 'italic 5+5'],
    ],
    [
      'crossing ones are cut where the second begins',
      [entity('bold', 0, 6), entity('italic', 3, 6)],
      ['bold 0+3', 'italic 3+6', 'bold 3+3'],
    ],
    ['touching ones of one type are one', [entity('bold', 0, 3), entity('bold', 3, 3)], ['bold 0+6']],
    [
      'nothing is bold inside code',
      [entity('bold', 0, 9), entity('code', 3, 3)],
      ['bold 0+3', 'code 3+3', 'bold 6+3'],
    ],
    [
      'of two links that overlap the first stays',
      [entity('text_link', 0, 5), entity('text_link', 3, 5)],
      ['text_link 0+5'],
    ],
    ['quotations do not nest', [entity('blockquote', 0, 9), entity('blockquote', 2, 3)], ['blockquote 0+9']],
    [
      'a link that leaves its quotation goes',
      [entity('blockquote', 0, 5), entity('text_link', 3, 5)],
      ['blockquote 0+5'],
    ],
    [
      'a whole link inside a quotation stays',
      [entity('blockquote', 0, 9), entity('text_link', 3, 5)],
      ['blockquote 0+9', 'text_link 3+5'],
    ],
    [
      'nothing is bold in a date',
      [entity('bold', 0, 5), entity('date_time', 1, 2)],
      ['bold 0+1', 'date_time 1+2', 'bold 3+2'],
    ],
    [
      'of code and a quotation within it the quotation stays',
      [entity('pre', 0, 9), entity('blockquote', 2, 3)],
      ['blockquote 2+3'],
    ],
    ['empty ones go', [entity('bold', 2, 0)], []],
  ])('%s', (_, given, expected) => {
    expect(marks('abcdefghij', given).slice(1)).toEqual(expected)
  })

  test('what is found does not replace what is given, and splits what is bold', () => {
    expect(marks('see t.me now', [entity('text_link', 4, 4)]).slice(1)).toEqual(['text_link 4+4'])
    expect(marks('see t.me now', [entity('bold', 0, 12)]).slice(1)).toEqual([
      'bold 0+4',
      'url 4+4',
      'bold 4+4',
      'bold 8+4',
    ])
  })

  test.each([
    [-1, 1, 'receive an entity with incorrect offset -1'],
    [0, 2_000_000, 'receive an entity with incorrect length 2000000'],
    [9, 1, 'entity begins after the end of the text at UTF-16 offset 9'],
    [0, 9, 'entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 9'],
    [2, 1, 'entity begins in a middle of a UTF-16 symbol at byte offset 5'],
    [0, 2, 'entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 5'],
  ])('refuses an offset of %i and a length of %i', (offset, length, reason) => {
    expect(() => cleanText('a😀b', [entity('bold', offset, length)])).toThrow(`400: Bad Request: ${reason}`)
  })
})
