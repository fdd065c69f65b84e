/** What someone is in a chat and may do there, in the words of the Bot API's ChatMember. Pure. */

/** Someone's place in a chat: the fields of a ChatMember but for its `user`. */
export interface Membership {
  readonly status: 'creator' | 'administrator' | 'member' | 'restricted' | 'left' | 'kicked'
  readonly [right: string]: unknown
}

/** Rights by name. */
export type Rights = Readonly<Record<string, boolean>>

/** The rights of every administrator, whatever the chat. */
const commonRights = [
  'can_manage_chat',
  'can_delete_messages',
  'can_manage_video_chats',
  'can_restrict_members',
  'can_promote_members',
  'can_change_info',
  'can_invite_users',
  'can_post_stories',
  'can_edit_stories',
  'can_delete_stories',
  'can_send_welcome_messages',
] as const

const channelRights = ['can_post_messages', 'can_edit_messages', 'can_manage_direct_messages'] as const
const groupRights = ['can_pin_messages', 'can_manage_topics', 'can_manage_tags'] as const

/** What ordinary members of a group may do, by the names of ChatPermissions. */
export const permissionNames = [
  'can_send_messages',
  'can_send_audios',
  'can_send_documents',
  'can_send_photos',
  'can_send_videos',
  'can_send_video_notes',
  'can_send_voice_notes',
  'can_send_polls',
  'can_send_other_messages',
  'can_add_web_page_previews',
  'can_react_to_messages',
  'can_edit_tag',
  'can_change_info',
  'can_invite_users',
  'can_pin_messages',
  'can_manage_topics',
] as const

/** Someone who is not in the chat. */
export const absent: Membership = { status: 'left' }

/** An ordinary member. */
export const ordinary: Membership = { status: 'member' }

/** The owner. */
export const owner: Membership = { status: 'creator', is_anonymous: false }

/** Someone who was thrown out. @param untilUnix Seconds since 1970; 0 = for ever. */
export function banned(untilUnix = 0): Membership {
  return { status: 'kicked', until_date: untilUnix }
}

/** The names of the rights that an administrator of such a chat can have. */
export function rightNames(type: string): readonly string[] {
  if (type === 'channel') return [...commonRights, ...channelRights]
  // Of a group that is no supergroup, two rights are known.
  return type === 'group' ? [...commonRights, 'can_pin_messages'] : [...commonRights, ...groupRights]
}

/** An administrator. @param rights Those that are not named are missing; without it, every right. */
export function administrator(type: string, rights?: Rights): Membership {
  const named = rightNames(type).map((name) => [name, rights ? rights[name] === true : true])
  return {
    status: 'administrator',
    can_be_edited: false,
    is_anonymous: rights?.is_anonymous === true,
    ...Object.fromEntries(named),
    // Every administrator manages the chat: the other rights imply it.
    can_manage_chat: true,
  }
}

/** A member whose permissions are cut. @param isMember False for one who has left and is not free yet. */
export function restricted(permissions: Rights, untilUnix = 0, isMember = true): Membership {
  const named = permissionNames.map((name) => [name, permissions[name] === true])
  return { status: 'restricted', is_member: isMember, ...Object.fromEntries(named), until_date: untilUnix }
}

/** True for someone who sees the chat. */
export function isPresent({ status, is_member }: Membership): boolean {
  if (status === 'restricted') return is_member === true
  return status !== 'left' && status !== 'kicked'
}

/** True for the owner and for an administrator with this right. */
export function hasRight(membership: Membership, right: string): boolean {
  if (membership.status === 'creator') return true
  return membership.status === 'administrator' && membership[right] === true
}

/** True for the owner and every administrator. */
export function isAdministrator({ status }: Membership): boolean {
  return status === 'creator' || status === 'administrator'
}

/** True where someone may do what members are permitted to. */
export function isPermitted(membership: Membership, permissions: Rights, name: string): boolean {
  if (isAdministrator(membership)) return true
  if (!isPresent(membership) || permissions[name] !== true) return false
  return membership.status !== 'restricted' || membership[name] === true
}
