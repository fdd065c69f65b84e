/** Which people are asked for, as a condition of SQL. Pure. */
import { raw, type SqlFragment } from '@hello/core'
import { type Role, roles } from './role.js'
import type { Status } from './status.js'
import { UsersError } from './users-error.js'

/** Which people; all that is given must fit. */
export interface UserFilter {
  readonly status?: Status
  /** As the database has it: a role that only the options give is not found. */
  readonly role?: Role
  /** Whether they are neither banned nor out of reach. */
  readonly isActive?: boolean
  /** Whether they are banned. */
  readonly isBanned?: boolean
}

/** A part of a list that grows at its end. */
export interface ListRequest extends UserFilter {
  /** The `id` after which the part begins: `next` of the part before. @default from the first on */
  readonly after?: number
  /** Most people in it. Integer from 1 to 1000. @default 100 */
  readonly limit?: number
}

/** A page of a list, the newest people first. */
export interface UserPageRequest extends UserFilter {
  /** From 1; one beyond the list is the nearest that there is. */
  readonly page: number
  /** Integer from 1 to 1000. */
  readonly pageSize: number
}

/**
 * The condition, as text: of constants that were checked here, so that PostgreSQL plans for what is really asked.
 *
 * @throws UsersError USERS_QUERY: a value is none of those that there can be.
 */
export function conditionOf({ status, role, isActive, isBanned }: UserFilter): SqlFragment {
  if (status !== undefined && !/^[a-z][a-z0-9-]{0,39}$/.test(status))
    throw new UsersError('USERS_QUERY', `"${String(status).slice(0, 60)}" cannot be a status.`)
  if (role !== undefined && !roles.includes(role))
    throw new UsersError('USERS_QUERY', `"${String(role).slice(0, 60)}" is no role.`)
  const conditions = [
    ...(status === undefined ? [] : [`status = '${status}'`]),
    // The second half is that of the index.
    ...(role === undefined ? [] : [`role = '${role}'${role === 'user' ? '' : " AND role <> 'user'"}`]),
    ...(isActive === undefined
      ? []
      : [`(banned_at IS NULL AND blocked_bot_at IS NULL) IS ${isActive === true}`]),
    ...(isBanned === undefined ? [] : [`banned_at IS ${isBanned === true ? 'NOT NULL' : 'NULL'}`]),
  ]
  return raw(conditions.length === 0 ? 'true' : conditions.join(' AND '))
}

/** @throws UsersError USERS_QUERY: it is no whole number from 1 to 1000. */
export function assertLimit(name: string, limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1000) return
  throw new UsersError('USERS_QUERY', `${name} is ${String(limit)}, expected a whole number from 1 to 1000.`)
}
