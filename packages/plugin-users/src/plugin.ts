/** The users plugin: what it does. */
import { daily, definePlugin } from '@hello/core'
import { adminCallbacks, adminCommands } from './admin-commands.js'
import { contract } from './contract.js'
import { meetSender } from './meeting.js'
import { personalCallbacks, personalCommands } from './personal-commands.js'

const dayMs = 86_400_000

/** People in one transaction of the job. */
const churnBatch = 500

/**
 * Knows who talks to the bot. Gives the services `users`, `userReferrals`, `userPrivacy` and `userAdministration` to
 * plugins that require it. Put it first in the list: its middleware keeps banned people from all that come after it.
 *
 * @example
 * ```ts
 * const contract = defineContract({ name: 'greeting', requires: [users] })
 * // in a handler:
 * const user = await ctx.services.users.remember(ctx.from)
 * ```
 */
export const users = definePlugin(contract, {
  middleware: { updates: ['my_chat_member'], install: (bot) => bot.use(meetSender) },
  commands: { ...personalCommands, ...adminCommands },
  callbacks: { ...personalCallbacks, ...adminCallbacks },
  events: {
    'outbox.refused': async ({ chatId, reason }, { userRepository }) => {
      const isGone = reason === 'blocked' || reason === 'deactivated'
      if (isGone && typeof chatId === 'number' && chatId > 0) await userRepository.markUnreachable(chatId)
    },
  },
  jobs: {
    churn: {
      schedule: daily('04:00', { lateAtMost: '24h' }),
      run: async ({ services: { userRepository }, options, scheduledFor }) => {
        if (options.churnAfterDays === 0) return
        const before = new Date(scheduledFor.getTime() - options.churnAfterDays * dayMs)
        const churned = await userRepository.churn(before, churnBatch)
        return churned === churnBatch ? 'again' : undefined
      },
    },
  },
  // Builds the machine: statuses that do not go together show at the start and not in an update.
  start: ({ userStatusMachine }) => void userStatusMachine.statuses,
  drain: ({ userActivity }) => userActivity.flush(),
  stop: ({ userActivity }) => userActivity.stop(),
})
