import { expect, test } from 'vitest'
import { parseMultipart } from './multipart.js'

const body = (...lines: string[]) => Buffer.from(lines.join('\r\n'))

test('takes fields and files apart, byte for byte', () => {
  const form = parseMultipart(
    body(
      '--x',
      'Content-Disposition: form-data; name="caption"',
      '',
      'Привет\r\n--not a boundary',
      '--x',
      'content-disposition: form-data; name="document"; filename="a \\"b\\".txt"',
      'content-type: text/plain',
      '',
      '\r\n\r\n',
      '--x--',
      '',
    ),
    'x',
  )
  expect(form.values).toEqual({ caption: 'Привет\r\n--not a boundary' })
  expect(form.files.get('document')).toEqual({
    fileName: 'a "b".txt',
    mimeType: 'text/plain',
    content: Buffer.from('\r\n\r\n'),
  })
})

test('reads names in the form of RFC 5987', () => {
  const form = parseMultipart(
    body('--x', "Content-Disposition: form-data; name=f; filename*=UTF-8''%D1%84.txt", '', 'x', '--x--'),
    'x',
  )
  expect(form.files.get('f')?.fileName).toBe('ф.txt')
})

test.each([
  ['no end', body('--x', 'Content-Disposition: form-data; name="a"', '', '1')],
  ['no name', body('--x', 'Content-Type: text/plain', '', '1', '--x--')],
  ['nothing', Buffer.alloc(0)],
])('refuses a body with %s', (_, bytes) => {
  expect(() => parseMultipart(bytes, 'x')).toThrow("can't parse multipart/form-data")
})
