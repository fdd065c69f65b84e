/** What somebody may do: four roles, each with what those below it may. Pure. */
import type { UsersOptions } from './options.js'
import { UsersError } from './users-error.js'

/** From the lowest to the highest. */
export const roles = ['user', 'moderator', 'admin', 'owner'] as const

/** What somebody may do. */
export type Role = (typeof roles)[number]

/** @throws UsersError USERS_ROLE_UNKNOWN */
export function parseRole(text: string): Role {
  const role = roles.find((one) => one === text)
  if (role !== undefined) return role
  throw new UsersError(
    'USERS_ROLE_UNKNOWN',
    `"${text.slice(0, 40)}" is no role. Possible: ${roles.join(', ')}.`,
  )
}

/** Whether a role is this one or a higher one. */
export function hasRole(role: Role, least: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(least)
}

/** The role that the options give to a person. @default undefined */
export function roleByOptions(telegramId: number, options: UsersOptions): 'owner' | 'admin' | undefined {
  if (options.ownerTelegramIds.includes(telegramId)) return 'owner'
  return options.adminTelegramIds.includes(telegramId) ? 'admin' : undefined
}

/** The higher of the role in the database and the one that the options give. */
export function effectiveRole(stored: Role, telegramId: number, options: UsersOptions): Role {
  const given = roleByOptions(telegramId, options)
  return given !== undefined && hasRole(given, stored) ? given : stored
}
