/** `@hello/plugin-users`: who talks to the bot. */
export type { UserActivity } from './activity.js'
export type { UserAdministration } from './administration.js'
export { type PersonalData, personalData, type UserPrivacy } from './personal-data.js'
export { users } from './plugin.js'
export type { UserReferrals } from './referrals.js'
export { requireRole } from './require-role.js'
export { hasRole, type Role, roles } from './role.js'
export {
  type BaseStatus,
  type Status,
  type StatusExtension,
  type StatusMachine,
  userStatuses,
} from './status.js'
export { displayNameOf, fullNameOf, type Profile, User } from './user.js'
export type { ListRequest, UserFilter, UserPageRequest } from './user-query.js'
export type { UserRecord } from './user-record.js'
export type { RememberedUser, UserRepository } from './user-repository.js'
export type { Users } from './users.js'
export { UsersError, type UsersErrorCode } from './users-error.js'
