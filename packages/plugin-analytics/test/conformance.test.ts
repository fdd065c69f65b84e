import { testPlugin } from '@hello/core/testing'
import { users } from '@hello/plugin-users'
import { inject, test } from 'vitest'
import { analytics } from '../src/index.js'

test('keeps what plugins promise', { timeout: 120_000 }, () =>
  testPlugin(analytics(), {
    requires: [users()],
    messages: ['/start', '/stats', 'hi'],
    postgresUrl: inject('postgresUrl'),
    erase: async ({ users, userPrivacy }, telegramId) => {
      const user = await users.get(telegramId)
      if (user !== undefined) await userPrivacy.erase(user)
    },
  }),
)
