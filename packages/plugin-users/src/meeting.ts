/** What happens with every update before anybody answers it: who sends it, may they, in which language. */
import type { HandlerContext } from '@hello/core'
import type { UsersContract } from './contract.js'
import type { RememberedUser } from './user-repository.js'

type Ctx = HandlerContext<UsersContract>

/**
 * The plugin's middleware. One prepared statement for each update of a person; more only where something is to be
 * written: somebody new, a changed profile, a block, a return. Who is banned goes no further.
 */
export async function meetSender(ctx: Ctx, next: () => Promise<void>): Promise<void> {
  const { from, chat } = ctx
  // Bots, and the accounts that stand for channels and anonymous administrators (Bot API, Message.from).
  if (from === undefined || from.is_bot) return next()
  const isPrivate = chat?.type === 'private'
  const membership = isPrivate ? ctx.myChatMember : undefined
  if (membership !== undefined) await noteMembership(ctx, membership.new_chat_member.status)
  const creates = isPrivate && membership === undefined
  const met = await ctx.services.users.meet(from, { creates })
  if (met === undefined) return next()
  if (met.bannedAt !== null && met.role !== 'owner') {
    ctx.logger.debug({ userId: met.id }, 'A banned person was passed over')
    return
  }
  const isBack = creates && (met.blockedBotAt !== null || met.status === 'churned')
  if (isBack) await ctx.services.users.comeBack(met.id)
  if (met.isNew) await countReferral(ctx, met)
  if (met.language !== null) ctx.language = met.language
  noteActivity(ctx, met)
  await next()
}

/** Bot API, ChatMemberUpdated: in a private chat it says that the person has blocked or unblocked the bot. */
async function noteMembership(ctx: Ctx, status: string): Promise<void> {
  const { userRepository } = ctx.services
  const telegramId = ctx.from?.id ?? 0
  if (status === 'kicked') await userRepository.markUnreachable(telegramId)
  if (status === 'member') await userRepository.markReachable(telegramId)
}

// Here and not in a command: /start belongs to the app, and whoever comes by a link is to be counted in any app.
async function countReferral(ctx: Ctx, { id }: RememberedUser): Promise<void> {
  const message = ctx.message
  const payload =
    message && 'text' in message ? /^\/start(?:@\w+)?\s+(\S+)$/i.exec(message.text)?.[1] : undefined
  if (payload !== undefined) await ctx.services.userReferrals.countNewcomer(id, payload)
}

function noteActivity(ctx: Ctx, { id }: RememberedUser): void {
  // A block is not what somebody does with the bot.
  if (ctx.myChatMember !== undefined) return
  const { userActivity } = ctx.services
  const messages = ctx.message === undefined ? 0 : 1
  ctx.afterCommit(() => userActivity.note(id, messages))
}
