import { testPlugin } from '@hello/core/testing'
import { inject, test } from 'vitest'
import { users } from '../src/index.js'

test('keeps what plugins promise', { timeout: 120_000 }, () =>
  testPlugin(users(), {
    messages: ['/start', '/invite', '/language', 'hi'],
    postgresUrl: inject('postgresUrl'),
    erase: async ({ users, userPrivacy }, telegramId) => {
      const user = await users.get(telegramId)
      if (user !== undefined) await userPrivacy.erase(user)
    },
  }),
)
