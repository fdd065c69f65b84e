/** Who the bot is and what chats are: getMe, getChat. */
import type { MethodCall, MethodGroup } from './method.js'
import { findChat } from './target-chat.js'

/** The methods of this group. */
export const identityMethods: MethodGroup = { getMe, getChat }

function getMe({ bot }: MethodCall): unknown {
  return {
    ...bot.user,
    can_join_groups: true,
    can_read_all_group_messages: bot.canReadAllGroupMessages,
    supports_inline_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
  }
}

function getChat(call: MethodCall): unknown {
  const chat = findChat(call)
  return {
    ...chat.object,
    accent_color_id: chat.id % 7 < 0 ? -(chat.id % 7) : chat.id % 7,
    max_reaction_count: 11,
    accepted_gift_types: {
      unlimited_gifts: false,
      limited_gifts: false,
      unique_gifts: false,
      premium_subscription: false,
      gifts_from_channels: false,
    },
  }
}
