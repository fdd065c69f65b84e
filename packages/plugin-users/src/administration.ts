/** What people with a role may do to others: never to their equals, and never beyond their own role. */
import { hasRole, parseRole, type Role } from './role.js'
import type { UserRecord } from './user-record.js'
import type { Users } from './users.js'
import { UsersError } from './users-error.js'

/** Acts on people in the name of somebody. The service `userAdministration`; `users` is the same without asking who acts. */
export class UserAdministration {
  readonly #users: Users

  constructor({ users }: { users: Users }) {
    this.#users = users
  }

  /** @throws UsersError USERS_RANK; as `users.ban`. Nothing was written. */
  async ban(actor: UserRecord, target: UserRecord): Promise<UserRecord> {
    assertAbove(actor, target)
    return this.#users.ban(target.id)
  }

  /** @throws UsersError USERS_RANK; as `users.unban`. Nothing was written. */
  async unban(actor: UserRecord, target: UserRecord): Promise<UserRecord> {
    assertAbove(actor, target)
    return this.#users.unban(target.id)
  }

  /** @throws UsersError USERS_RANK: the role of either is not below the actor's; as `users.setRole`. Nothing was written. */
  async setRole(actor: UserRecord, target: UserRecord, role: string): Promise<UserRecord> {
    const wanted = parseRole(role)
    if (actor.role !== 'owner' && hasRole(wanted, actor.role))
      throw new UsersError('USERS_RANK', `Who is ${actor.role} cannot make somebody ${wanted}.`)
    assertAbove(actor, target)
    return this.#users.setRole(target.id, wanted)
  }
}

/** Owners may act on everybody, others on those below them. */
function assertAbove(actor: { readonly role: Role }, target: UserRecord): void {
  if (actor.role === 'owner' || !hasRole(target.role, actor.role)) return
  throw new UsersError(
    'USERS_RANK',
    `${target.displayName} (${target.id}) is ${target.role}, on whom who is ${actor.role} cannot act.`,
  )
}
