import { testPlugin } from '@hello/core/testing'
import { users } from '@hello/plugin-users'
import { inject, test } from 'vitest'
import { orders } from './orders.js'

test('keeps what plugins promise', { timeout: 120_000 }, () =>
  testPlugin(orders(), {
    requires: [users()],
    messages: ['/start', '/order', '/order'],
    postgresUrl: inject('postgresUrl'), // without it: the server of DATABASE_URL, or an embedded one
    erase: ({ session }, telegramId) => session.sql`DELETE FROM users WHERE telegram_id = ${telegramId}`,
  }),
)
