/** Says over HTTP how many people the bot knows: for a dashboard, or a curl. */
import { defineContract, definePlugin, z } from '@hello/core'
import { User, users } from '@hello/plugin-users'

const contract = defineContract({ name: 'users-api', requires: [users] })

export const usersApi = definePlugin(contract, {
  routes: (route) => [
    route.get('/api/users/count', {
      summary: 'How many people the bot knows',
      response: z.object({ count: z.int() }),
      handle: async ({ services }) => ({ count: await services.session.repository(User).count() }),
    }),
  ],
})
