/** The `initData` of a Mini App, signed with the bot's token. Source: Bot API, Mini Apps, validating data. */
import { createHmac } from 'node:crypto'
import type { User } from '../bot-api/objects.js'

/** What a Mini App is opened with. */
export interface InitDataOptions {
  /** Of a link `t.me/<bot>/<app>?startapp=…`. */
  startParam?: string
  /** As `sender`, `private`, `group`: where it was opened by a direct link. */
  chatType?: string
  chatInstance?: string
  /** Of a keyboard button or inline button: the id for answerWebAppQuery. */
  queryId?: string
}

/** The raw query string that the app finds in `Telegram.WebApp.initData`. @param nowUnix Its `auth_date`. */
export function signInitData(token: string, user: User, nowUnix: number, options: InitDataOptions): string {
  const { is_bot: _, ...person } = user
  const fields: Record<string, string | undefined> = {
    query_id: options.queryId,
    user: JSON.stringify({ ...person, allows_write_to_pm: true }),
    chat_type: options.chatType,
    chat_instance: options.chatInstance,
    start_param: options.startParam,
    auth_date: String(nowUnix),
  }
  const given = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined)
  const checked = given
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join('\n')
  const secret = createHmac('sha256', 'WebAppData').update(token).digest()
  const hash = createHmac('sha256', secret).update(checked).digest('hex')
  return new URLSearchParams([...given, ['hash', hash]]).toString()
}
