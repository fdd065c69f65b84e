/** Verifies the `initData` that a Mini App sends: signed by Telegram for this bot, and fresh. Pure. Source: Bot API, Mini Apps, "Validating data received via the Mini App". */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { User } from 'telegraf/types'
import { RequestError } from '../errors.js'

/** What a verified `initData` says. Names as Telegram has them, in our case. */
export interface InitData {
  /** Who opened the app. Absent where it was opened by a keyboard button, which tells nothing of the person. */
  readonly user?: User
  /** When it was opened. */
  readonly authDate: Date
  /** Of a link `t.me/<bot>/<app>?startapp=…`. */
  readonly startParam?: string
  /** `sender`, `private`, `group`, `supergroup` or `channel`: where it was opened by a direct link. */
  readonly chatType?: string
  /** Tells the chats that it is opened from apart. */
  readonly chatInstance?: string
  /** For `answerWebAppQuery`. */
  readonly queryId?: string
}

/** Against what it is verified. */
export interface VerifyInitDataOptions {
  /** The bot's token, the key of the signature. */
  readonly token: string
  /** The oldest that is taken. Seconds, integer > 0. @default 3_600 */
  readonly maxAgeSeconds?: number
  /** What time it is. @default now */
  readonly now?: Date
}

const defaultMaxAgeSeconds = 3_600
/** Telegram's clock and ours are not the same one. */
const clockSkewSeconds = 5

/**
 * Verifies the raw query string of `Telegram.WebApp.initData`.
 *
 * @throws RequestError INITDATA_INVALID: not what Telegram signed for this bot; INITDATA_EXPIRED: too old. The message is for the log; the sender is not told which.
 */
export function verifyInitData(raw: string, options: VerifyInitDataOptions): InitData {
  const { token, maxAgeSeconds = defaultMaxAgeSeconds, now = new Date() } = options
  const fields = fieldsOf(raw)
  assertSigned(fields, token)
  const authDate = authDateOf(fields)
  const ageSeconds = (now.getTime() - authDate.getTime()) / 1_000
  if (ageSeconds < -clockSkewSeconds) throw invalid('its auth_date is in the future')
  if (ageSeconds > maxAgeSeconds) {
    throw new RequestError(
      'INITDATA_EXPIRED',
      `The initData of a Mini App is ${Math.floor(ageSeconds)} s old, more than ${maxAgeSeconds} s. The app must be opened again.`,
    )
  }
  const user = userOf(fields.get('user'))
  return {
    authDate,
    ...(user && { user }),
    ...named('startParam', fields.get('start_param')),
    ...named('chatType', fields.get('chat_type')),
    ...named('chatInstance', fields.get('chat_instance')),
    ...named('queryId', fields.get('query_id')),
  }
}

function fieldsOf(raw: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(raw)) {
    // Of two values, one would be checked and the other might be read.
    if (fields.has(name)) throw invalid('a field stands in it twice')
    fields.set(name, value)
  }
  return fields
}

/** The signature is over all fields but `hash` itself; a `signature`, for third parties, is one of them. */
function assertSigned(fields: ReadonlyMap<string, string>, token: string): void {
  const hash = fields.get('hash')
  if (hash === undefined) throw invalid('it has no hash')
  if (!/^[0-9a-f]{64}$/.test(hash)) throw invalid('its hash has a wrong form')
  const checked = [...fields]
    .filter(([name]) => name !== 'hash')
    .map(([name, value]) => Buffer.from(`${name}=${value}`))
    // By bytes: a locale would order the names otherwise than Telegram does.
    .sort(Buffer.compare)
    .map((line) => line.toString())
    .join('\n')
  const key = createHmac('sha256', 'WebAppData').update(token).digest()
  const expected = createHmac('sha256', key).update(checked).digest()
  if (!timingSafeEqual(expected, Buffer.from(hash, 'hex'))) throw invalid('its hash is not that of this bot')
}

function authDateOf(fields: ReadonlyMap<string, string>): Date {
  const text = fields.get('auth_date') ?? ''
  if (!/^\d{1,12}$/.test(text)) throw invalid('its auth_date is not a time')
  return new Date(Number(text) * 1_000)
}

function userOf(json: string | undefined): User | undefined {
  if (json === undefined) return undefined
  let user: Partial<User> | null
  try {
    user = JSON.parse(json) as Partial<User> | null
  } catch {
    throw invalid('its user is not JSON')
  }
  if (typeof user !== 'object' || user === null || !Number.isSafeInteger(user.id))
    throw invalid('its user has no id')
  // Telegram leaves out what is always so: only people open Mini Apps.
  return { is_bot: false, ...user } as User
}

const named = <K extends string>(name: K, value: string | undefined) =>
  value === undefined ? {} : ({ [name]: value } as Record<K, string>)

const invalid = (reason: string): RequestError =>
  new RequestError('INITDATA_INVALID', `The initData of a Mini App is not valid: ${reason}.`)
