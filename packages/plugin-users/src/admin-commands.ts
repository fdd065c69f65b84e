/** The commands for admins: the list of people, one person, roles and bans. */
import {
  type Behaviour,
  type CallbackContext,
  type CommandContext,
  defineCallbackData,
  pagingRow,
  z,
} from '@hello/core'
import { Markup } from '@hello/core/telegraf'
import type { UsersContract } from './contract.js'
import { requireRole } from './require-role.js'
import { roles } from './role.js'
import { shownDate, userLines } from './user-lines.js'
import type { UserRecord } from './user-record.js'
import { UsersError, type UsersErrorCode } from './users-error.js'

type Ctx = CommandContext<UsersContract>

const peopleOnPage = 10

const usersPage = defineCallbackData('users-page', { page: z.int().min(1) })

const isAdmin = requireRole('admin')

// Telegram cannot show a command to some people alone, and a menu would show these to everybody.
const shared = { hidden: true, guards: [isAdmin] } as const

/** See the file's purpose. */
export const adminCommands: NonNullable<Behaviour<UsersContract>['commands']> = {
  users: { ...shared, description: (t) => t('commands.users'), handle: listUsers },
  user: { ...shared, description: (t) => t('commands.user'), handle: showUser },
  role: { ...shared, description: (t) => t('commands.role'), handle: setRole },
  ban: { ...shared, description: (t) => t('commands.ban'), handle: ban },
  unban: { ...shared, description: (t) => t('commands.unban'), handle: unban },
}

/** The buttons of these commands. */
export const adminCallbacks = {
  'users-page': { data: usersPage, guards: [isAdmin], handle: turnPage },
}

async function listUsers(ctx: Ctx) {
  const { text, keyboard } = await pageOf(ctx, 1)
  await ctx.outbox.reply(text, keyboard)
}

async function turnPage(ctx: CallbackContext<UsersContract, typeof usersPage>) {
  const { text, keyboard } = await pageOf(ctx, ctx.data.page)
  await ctx.outbox.edit(text, keyboard)
}

async function pageOf(ctx: Pick<Ctx, 'services' | 't'>, asked: number) {
  const { users: repository } = ctx.services
  const page = await repository.page({ page: asked, pageSize: peopleOnPage })
  const count = await repository.count()
  const lines = page.users.map((user) => `${user.telegramId} ${user.displayName}${marksOf(user)}`)
  const text =
    count === 0 ? ctx.t('admin.nobody') : [ctx.t('admin.heading', { count }), '', ...lines].join('\n')
  return {
    text,
    keyboard: Markup.inlineKeyboard([pagingRow(page, (target) => usersPage.pack({ page: target }))]),
  }
}

function marksOf({ role, bannedAt, blockedBotAt }: UserRecord): string {
  return `${role === 'user' ? '' : ` (${role})`}${bannedAt === null ? '' : ' ⛔'}${blockedBotAt === null ? '' : ' ✖'}`
}

async function showUser(ctx: Ctx) {
  const user = await personOf(ctx, ctx.t('admin.usageUser'))
  if (user === undefined) return
  const lines = [
    ...userLines(user, ctx.t, ctx.language),
    ...(user.bannedAt === null
      ? []
      : [ctx.t('admin.bannedSince', { date: shownDate(user.bannedAt, ctx.language) })]),
    ...(user.blockedBotAt === null
      ? []
      : [ctx.t('admin.blockedSince', { date: shownDate(user.blockedBotAt, ctx.language) })]),
    ctx.t('admin.referrals', { count: await ctx.services.userReferrals.countOf(user.id) }),
  ]
  await ctx.outbox.reply(lines.join('\n'))
}

async function setRole(ctx: Ctx) {
  const usage = ctx.t('admin.usageRole', { roles: roles.join(' | ') })
  const target = await personOf(ctx, usage, 2)
  if (target === undefined) return
  await answering(ctx, target, async (actor) => {
    const { displayName, role } = await ctx.services.userAdministration.setRole(
      actor,
      target,
      ctx.args[1] ?? '',
    )
    return ctx.t('admin.role', { name: displayName, role })
  })
}

async function ban(ctx: Ctx) {
  const target = await personOf(ctx, ctx.t('admin.usageBan'))
  if (target === undefined) return
  await answering(ctx, target, async (actor) => {
    const { displayName } = await ctx.services.userAdministration.ban(actor, target)
    return ctx.t('admin.banned', { name: displayName })
  })
}

async function unban(ctx: Ctx) {
  const target = await personOf(ctx, ctx.t('admin.usageUnban'))
  if (target === undefined) return
  await answering(ctx, target, async (actor) => {
    const { displayName } = await ctx.services.userAdministration.unban(actor, target)
    return ctx.t('admin.unbanned', { name: displayName })
  })
}

/** Who is meant by the first argument. Where nobody is, the admin is told, and there is nothing more to do. */
async function personOf(ctx: Ctx, usage: string, words = 1): Promise<UserRecord | undefined> {
  const [who] = ctx.args
  if (who === undefined || ctx.args.length !== words) {
    await ctx.outbox.reply(usage)
    return undefined
  }
  const user = await ctx.services.users.find(who)
  if (user === undefined) await ctx.outbox.reply(ctx.t('admin.unknown', { who: who.slice(0, 64) }))
  return user
}

async function answering(ctx: Ctx, target: UserRecord, act: (actor: UserRecord) => Promise<string>) {
  const actor = await ctx.services.users.remember(ctx.from)
  try {
    await ctx.outbox.reply(await act(actor))
  } catch (error) {
    const refusal = error instanceof UsersError ? refusalOf(ctx, error.code, target.displayName) : undefined
    if (refusal === undefined) throw error
    await ctx.outbox.reply(refusal)
  }
}

function refusalOf({ t }: Ctx, code: UsersErrorCode, name: string): string | undefined {
  switch (code) {
    case 'USERS_ROLE_UNKNOWN':
      return t('admin.roleUnknown', { roles: roles.join(', ') })
    case 'USERS_ROLE_FIXED':
      return t('admin.roleFixed', { name })
    case 'USERS_LAST_OWNER':
      return t('admin.lastOwner', { name })
    case 'USERS_OWNER_BAN':
      return t('admin.ownerBan', { name })
    case 'USERS_RANK':
      return t('admin.rank')
    default:
      return undefined
  }
}
