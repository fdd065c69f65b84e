import { createHash, createHmac } from 'node:crypto'
import { createWorld } from '@hello/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RequestError } from '../errors.js'
import { verifyInitData } from './init-data.js'

const token = '123456:AAbbCCddEEffGGhhIIjjKKllMMnnOOpp_-1'
const now = new Date('2026-01-01T12:00:00Z')
const nowUnix = now.getTime() / 1_000
const alice = { id: 2 ** 40, first_name: 'Alice', username: 'alice', language_code: 'en' }

/** Signs fields as Telegram's documents say, written down here once more. */
function sign(fields: Readonly<Record<string, string>>, key = token): string {
  const lines = Object.entries(fields)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
  const secret = createHmac('sha256', 'WebAppData').update(key).digest()
  const hash = createHmac('sha256', secret).update(lines.join('\n')).digest('hex')
  return new URLSearchParams({ ...fields, hash }).toString()
}

const fresh = { auth_date: String(nowUnix - 10), user: JSON.stringify(alice) }
const verify = (raw: string, options = {}) => verifyInitData(raw, { token, now, ...options })

function refusalOf(raw: string, options = {}): string {
  try {
    verify(raw, options)
  } catch (error) {
    expect(error).toBeInstanceOf(RequestError)
    return `${(error as RequestError).code}: ${(error as RequestError).message}`
  }
  return 'taken'
}

test('gives the person as an update has them, and what else was signed', () => {
  const raw = sign({
    ...fresh,
    start_param: 'from-a-link',
    chat_type: 'private',
    chat_instance: '-77',
    query_id: 'AAE',
    signature: 'for-third-parties',
  })
  expect(verify(raw)).toEqual({
    user: { is_bot: false, ...alice },
    authDate: new Date((nowUnix - 10) * 1_000),
    startParam: 'from-a-link',
    chatType: 'private',
    chatInstance: '-77',
    queryId: 'AAE',
  })
  expect(verify(sign({ auth_date: fresh.auth_date }))).toEqual({ authDate: expect.any(Date) })
})

test('takes what the local Telegram signs', () => {
  const world = createWorld()
  const bot = world.createBot({ username: 'init_bot', firstName: 'Init' })
  const person = world.createPerson({ firstName: 'Алиса & Co=', username: 'alice' })
  const { user } = verifyInitData(person.opensMiniApp(bot), { token: bot.token })
  expect(user).toMatchObject({ id: person.id, is_bot: false, first_name: 'Алиса & Co=', username: 'alice' })
})

test('the signature covers the fields by their bytes, in any order they come in', () => {
  const raw = sign({ ...fresh, Z: '1', a: '2', é: '3' })
  expect(refusalOf(raw)).toBe('taken')
  const turned = raw.split('&').reverse().join('&')
  expect(refusalOf(turned)).toBe('taken')
})

test('INITDATA_INVALID: not what Telegram signed for this bot', () => {
  const good = sign(fresh)
  const hash = /hash=([0-9a-f]+)/.exec(good)?.[1] ?? ''
  const loginWidget = createHmac('sha256', createHash('sha256').update(token).digest())
    .update(`auth_date=${fresh.auth_date}\nuser=${fresh.user}`)
    .digest('hex')
  const cases: [string, RegExp][] = [
    ['', /it has no hash/],
    ['auth_date=1', /it has no hash/],
    [good.replace(hash, hash.toUpperCase()), /its hash has a wrong form/],
    [good.replace(hash, hash.slice(1)), /its hash has a wrong form/],
    [good.replace(hash, ''), /its hash has a wrong form/],
    [`${good}&hash=${hash}`, /a field stands in it twice/],
    [`${good}&user=${encodeURIComponent('{"id":1}')}`, /a field stands in it twice/],
    [`${good}&extra=1`, /not that of this bot/],
    [good.replace('Alice', 'Mallory'), /not that of this bot/],
    [sign(fresh, `654321:${token.slice(7)}`), /not that of this bot/],
    [good.replace(hash, loginWidget), /not that of this bot/],
    [sign({ user: fresh.user }), /its auth_date is not a time/],
    [sign({ ...fresh, auth_date: '1e9' }), /its auth_date is not a time/],
    [sign({ ...fresh, auth_date: String(nowUnix + 60) }), /its auth_date is in the future/],
    [sign({ ...fresh, user: '{' }), /its user is not JSON/],
    [sign({ ...fresh, user: '{"id":"1"}' }), /its user has no id/],
    [sign({ ...fresh, user: 'null' }), /its user has no id/],
  ]
  for (const [raw, reason] of cases) {
    const refusal = refusalOf(raw)
    expect(refusal).toMatch(/^INITDATA_INVALID: /)
    expect(refusal).toMatch(reason)
    expect(refusal).not.toContain(hash)
  }
})

test('INITDATA_EXPIRED: older than an hour, or than it is told', () => {
  const aged = (ageSeconds: number) => sign({ ...fresh, auth_date: String(nowUnix - ageSeconds) })
  expect(refusalOf(aged(3_600))).toBe('taken')
  expect(refusalOf(aged(3_601))).toMatch(/^INITDATA_EXPIRED: .* 3601 s old, more than 3600 s/)
  expect(refusalOf(aged(3_601), { maxAgeSeconds: 7_200 })).toBe('taken')
  expect(refusalOf(aged(61), { maxAgeSeconds: 60 })).toMatch(/^INITDATA_EXPIRED/)
})

test('takes a clock that is a moment ahead of ours', () => {
  expect(refusalOf(sign({ ...fresh, auth_date: String(nowUnix + 5) }))).toBe('taken')
  expect(refusalOf(sign({ ...fresh, auth_date: String(nowUnix + 6) }))).toMatch(/in the future/)
})

test('refuses every other text, and never with another error', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => `hash=${'a'.repeat(64)}&${text}`),
      ),
      (raw) => {
        expect(refusalOf(raw)).toMatch(/^INITDATA_INVALID/)
      },
    ),
  )
})
