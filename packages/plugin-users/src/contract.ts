/** What the users plugin needs and gives. */
import { defineContract } from '@hello/core'
import { UserActivity } from './activity.js'
import { UserAdministration } from './administration.js'
import { migrations } from './migrations.js'
import { usersOptions } from './options.js'
import { UserPrivacy } from './personal-data.js'
import { UserReferrals } from './referrals.js'
import { StatusMachine } from './status.js'
import { texts } from './texts.js'
import { User } from './user.js'
import { UserRepository } from './user-repository.js'
import { Users } from './users.js'

/** See the file's purpose. */
export const contract = defineContract({
  name: 'users',
  core: '>=0.1.0 <1',
  options: usersOptions,
  appServices: { userActivity: UserActivity, userStatusMachine: StatusMachine },
  updateServices: {
    userRepository: UserRepository,
    users: Users,
    userReferrals: UserReferrals,
    userPrivacy: UserPrivacy,
    userAdministration: UserAdministration,
  },
  models: [User],
  migrations,
  texts,
})

/** The contract, as a type. */
export type UsersContract = typeof contract
