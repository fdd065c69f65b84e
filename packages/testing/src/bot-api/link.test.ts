import { expect, test } from 'vitest'
import { checkLink, userIdOfLink } from './link.js'

test.each([
  ['t.me', 'http://t.me/'],
  ['HTTPS://Example.ORG?x=1', 'https://example.org/?x=1'],
  ['http://u:p@a.b:0080/x y', 'http://u:p@a.b:80/x%20y'],
  ['tg:resolve?domain=x', 'tg://resolve?domain=x'],
  ['https://[::1]/x', 'https://[::1]/x'],
])('%s becomes %s', (link, url) => {
  expect(checkLink(link)).toEqual({ url })
})

test.each([
  ['nope', 'Wrong HTTP URL'],
  ['http://localhost:3000/', 'Wrong HTTP URL'],
  ['mail://a.b', 'Unsupported URL protocol'],
  ['http://a.b:99999', 'Wrong port number specified in the URL'],
  ['', 'URL host is empty'],
  ['tg://http', 'Wrong tg URL'],
  ['tg://a.b', 'Unallowed characters in URL host'],
])('%j is refused: %s', (link, error) => {
  expect(checkLink(link)).toEqual({ error })
})

test('web apps are opened over https only', () => {
  for (const link of ['http://a.b', 't.me', 'tg://resolve?domain=x']) {
    expect(checkLink(link, { isHttpsOnly: true })).toEqual({ error: 'Only HTTPS links are allowed' })
  }
})

test('links to people', () => {
  expect(userIdOfLink('tg://user?id=42')).toBe(42)
  expect(userIdOfLink('TG:user?x=1&id=42#y')).toBe(42)
  for (const link of ['tg://user?id=x', 'tg://user', 'https://t.me/user?id=42']) {
    expect(userIdOfLink(link)).toBeUndefined()
  }
})
