/** Who the bot is: getMe. What chats are: see chat-info.ts. */
import type { MethodCall, MethodGroup } from './method.js'

/** The methods of this group. */
export const identityMethods: MethodGroup = { getMe }

function getMe({ bot }: MethodCall): unknown {
  return {
    ...bot.user,
    can_join_groups: true,
    can_read_all_group_messages: bot.canReadAllGroupMessages,
    supports_guest_queries: false,
    supports_inline_queries: true,
    can_connect_to_business: false,
    has_main_web_app: false,
    has_topics_enabled: false,
    allows_users_to_create_topics: false,
    can_manage_bots: false,
    supports_join_request_queries: bot.guardsChats,
  }
}
