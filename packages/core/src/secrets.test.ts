import { expect, test } from 'vitest'
import { createSecretRedactor } from './secrets.js'

const token = '123456:AAbbCCddEEffGGhhIIjjKKllMMnnOOpp_-1'

function redactorOf(...secrets: string[]) {
  const redactor = createSecretRedactor()
  for (const secret of secrets) redactor.add(secret)
  return redactor
}

test('hides a secret wherever it stands, also glued to other words', () => {
  const { redact } = redactorOf(token)
  expect(redact(`POST /bot${token}/sendMessage, twice: ${token}${token}`)).toBe(
    'POST /bot[secret]/sendMessage, twice: [secret][secret]',
  )
})

test('leaves text without a secret as it is', () => {
  expect(redactorOf(token).redact('nothing to hide')).toBe('nothing to hide')
  expect(redactorOf().redact(token)).toBe(token)
})

test('hides the percent-encoded forms of a password', () => {
  const { redact } = redactorOf("p@ss:w/rd!('")
  expect(redact("postgres://u:p%40ss%3Aw%2Frd!('@h/d")).toBe('postgres://u:[secret]@h/d')
  expect(redact("postgres://u:p%40ss%3aw%2frd!('@h/d")).toBe('postgres://u:[secret]@h/d')
  expect(redact('postgres://u:p%40ss%3Aw%2Frd%21%28%27@h/d')).toBe('postgres://u:[secret]@h/d')
})

test('hides a secret that JSON escapes, once or twice', () => {
  const secret = 'quo"te\\slash'
  const { redact } = redactorOf(secret)
  expect(redact(JSON.stringify({ secret }))).toBe('{"secret":"[secret]"}')
  expect(redact(JSON.stringify({ inner: JSON.stringify({ secret }) }))).not.toContain('slash')
})

test('takes the longest of two overlapping secrets and does not redact its own mark', () => {
  const { redact } = redactorOf('secret', 'secret-and-more', token)
  expect(redact(`secret-and-more secret ${token}`)).toBe('[secret] [secret] [secret]')
})

test('takes characters of patterns and of replacements literally', () => {
  const { redact } = redactorOf('a.c*[x]$&', '(')
  expect(redact('a.c*[x]$& abcc (')).toBe('[secret] abcc (')
})

test('does not keep a secret too short to be hidden without ruining the text', () => {
  expect(redactorOf('abc', '').redact('abc abcd')).toBe('abc abcd')
})

test('takes a secret with a lone surrogate', () => {
  expect(redactorOf('half\ud83d').redact('x half\ud83d')).toBe('x [secret]')
})
