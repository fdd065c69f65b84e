/** The users plugin: its contract and what it does. */
import { defineContract, definePlugin } from '@hello/core'
import { migrations } from './migrations.js'
import { User } from './user.js'
import { UserRepository } from './user-repository.js'
import { Users } from './users.js'

const contract = defineContract({
  name: 'users',
  core: '>=0.1.0 <1',
  updateServices: { userRepository: UserRepository, users: Users },
  models: [User],
  migrations,
})

/**
 * Remembers who talks to the bot. Gives the services `users` and `userRepository` to plugins that require it.
 *
 * @example
 * ```ts
 * const contract = defineContract({ name: 'greeting', requires: [users] })
 * // in a handler:
 * const user = await ctx.services.users.remember(ctx.from)
 * ```
 */
export const users = definePlugin(contract, {})
