/** `@hello/plugin-users`: who talks to the bot. */
export { users } from './plugin.js'
export { displayNameOf, fullNameOf, type Profile, User } from './user.js'
export type { UserRecord, UserRepository } from './user-repository.js'
export type { RememberedUser, Users } from './users.js'
