/** In whose menus a command can stand. */

/** Every {@link CommandScope}, the default first. @internal */
export const commandScopes = [
  'default',
  'all_private_chats',
  'all_group_chats',
  'all_chat_administrators',
] as const

/** In whose menu a command stands (Bot API, BotCommandScope): everybody's, or one of the narrower ones. */
export type CommandScope = (typeof commandScopes)[number]
