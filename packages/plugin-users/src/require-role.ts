/** The guard for what needs a role. */
import { defineGuard, type Guard } from '@hello/core'
import { contract } from './contract.js'
import { hasRole, parseRole, type Role } from './role.js'

/**
 * Admits people who have this role or a higher one, by the database or by the options. Whoever is not admitted is told
 * so. A plugin that uses it has `users` in its `requires`.
 *
 * @example
 * ```ts
 * commands: { broadcast: { description: 'Write to all', guards: [requireRole('admin')], handle: broadcast } }
 * ```
 * @throws UsersError USERS_ROLE_UNKNOWN
 */
export function requireRole(role: Exclude<Role, 'user'>): Guard<'users'> {
  parseRole(role)
  return defineGuard(contract, {
    name: `role ${role}`,
    allows: async (ctx) => {
      if (ctx.from === undefined) return false
      const user = await ctx.services.users.get(ctx.from.id)
      return user !== undefined && hasRole(user.role, role)
    },
    refuse: (ctx) => ctx.t('role.required'),
  })
}
