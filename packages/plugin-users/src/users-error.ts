/** What the users plugin throws: one code for each case. */

/** Why something was refused. */
export type UsersErrorCode =
  /** There is no person with this id. */
  | 'USERS_UNKNOWN'
  /** There is no such role. */
  | 'USERS_ROLE_UNKNOWN'
  /** The role stands in the options of the plugin, and is changed there. */
  | 'USERS_ROLE_FIXED'
  /** Nobody would be an owner any more. */
  | 'USERS_LAST_OWNER'
  /** Owners cannot be banned. */
  | 'USERS_OWNER_BAN'
  /** Somebody wants to act on people, or grant roles, that do not stand below their own. */
  | 'USERS_RANK'
  /** There is no such status, or two plugins describe one in ways that do not go together. */
  | 'USERS_STATUS_UNKNOWN'
  /** No step leads from the status of the person to the one that was asked for. */
  | 'USERS_STATUS_STEP'
  /** The text is no tag of a language. */
  | 'USERS_LANGUAGE'
  /** A page, a limit or a text to search for is out of its bounds. */
  | 'USERS_QUERY'

/** A call that was refused; nothing was written. */
export class UsersError extends Error {
  override readonly name = 'UsersError'

  /** @param code why, for programs */
  constructor(
    readonly code: UsersErrorCode,
    message: string,
  ) {
    super(message)
  }
}
