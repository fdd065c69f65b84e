/** The commands that are for everybody: what the bot knows of me, in which language it speaks, my link, and to be forgotten. */
import {
  type Behaviour,
  type CallbackContext,
  type CommandContext,
  defineCallbackData,
  onlyPrivate,
  z,
} from '@hello/core'
import { Markup } from '@hello/core/telegraf'
import type { UsersContract } from './contract.js'
import { userLines } from './user-lines.js'
import { UsersError } from './users-error.js'

type Ctx = CommandContext<UsersContract>

/** A button of `/language`; empty: as Telegram says. */
const languageButton = defineCallbackData('users-language', { language: z.string().max(35) })

/** A button of `/forget`: for the person who was asked, and for a quarter of an hour. */
const forgetButton = defineCallbackData('users-forget', {
  telegramId: z.int(),
  askedAtUnix: z.int(),
  isSure: z.boolean(),
})

const forgetWithinSeconds = 15 * 60

const shared = { scopes: ['all_private_chats'], guards: [onlyPrivate] } as const

/** See the file's purpose. */
export const personalCommands: NonNullable<Behaviour<UsersContract>['commands']> = {
  me: { ...shared, description: (t) => t('commands.me'), handle: showMe },
  language: { ...shared, description: (t) => t('commands.language'), handle: askLanguage },
  invite: { ...shared, description: (t) => t('commands.invite'), handle: invite },
  forget: { ...shared, description: (t) => t('commands.forget'), handle: askForget },
}

/** The buttons of these commands. */
export const personalCallbacks = {
  'users-language': { data: languageButton, handle: chooseLanguage },
  'users-forget': { data: forgetButton, handle: forget },
}

async function showMe(ctx: Ctx) {
  const { users, userReferrals, userPrivacy } = ctx.services
  const user = await users.remember(ctx.from)
  const brought = await userReferrals.countOf(user.id)
  const kept = await userPrivacy.describe(user, ctx.language)
  const lines = [
    ctx.t('me.heading'),
    ...userLines(user, ctx.t, ctx.language),
    ...(user.referrerId === null ? [] : [ctx.t('me.invited')]),
    ...(brought === 0 ? [] : [ctx.t('me.brought', { count: brought })]),
    ...kept.flatMap(({ plugin, lines }) => ['', `${plugin}:`, ...lines]),
    '',
    ctx.t('me.erase'),
  ]
  for (const text of messagesOf(lines)) await ctx.outbox.reply(text)
}

async function askLanguage(ctx: Ctx) {
  const buttons = ctx.options.languages.map((language) => [
    languageButton.button(ownNameOf(language), { language }),
  ])
  const automatic = [languageButton.button(ctx.t('language.automatic'), { language: '' })]
  await ctx.outbox.reply(ctx.t('language.ask'), Markup.inlineKeyboard([...buttons, automatic]))
}

async function chooseLanguage(ctx: CallbackContext<UsersContract, typeof languageButton>) {
  const { language } = ctx.data
  // A button may be older than the options.
  if (language !== '' && !ctx.options.languages.includes(language)) return askAgain(ctx)
  const user = await ctx.services.users.remember(ctx.from)
  await ctx.services.users.setLanguage(user.id, language === '' ? null : language)
  ctx.language = language === '' ? (ctx.from.language_code ?? '') : language
  await ctx.outbox.edit(ctx.t(language === '' ? 'language.automaticDone' : 'language.done'))
}

async function askAgain(ctx: CallbackContext<UsersContract, typeof languageButton>) {
  const buttons = ctx.options.languages.map((language) => [
    languageButton.button(ownNameOf(language), { language }),
  ])
  await ctx.outbox.edit(ctx.t('language.ask'), Markup.inlineKeyboard(buttons))
}

async function invite(ctx: Ctx) {
  const { users, userReferrals } = ctx.services
  const user = await users.remember(ctx.from)
  const link = await userReferrals.linkOf(user.id, ctx.botInfo.username)
  const count = await userReferrals.countOf(user.id)
  const brought = count === 0 ? [] : [ctx.t('invite.brought', { count })]
  await ctx.outbox.reply([ctx.t('invite.link', { link }), ...brought].join('\n'))
}

async function askForget(ctx: Ctx) {
  const asked = { telegramId: ctx.from.id, askedAtUnix: Math.floor(Date.now() / 1000) }
  const buttons = [
    forgetButton.button(ctx.t('forget.yes'), { ...asked, isSure: true }),
    forgetButton.button(ctx.t('forget.no'), { ...asked, isSure: false }),
  ]
  await ctx.outbox.reply(ctx.t('forget.ask'), Markup.inlineKeyboard(buttons))
}

async function forget(ctx: CallbackContext<UsersContract, typeof forgetButton>) {
  const { telegramId, askedAtUnix, isSure } = ctx.data
  // A message with the button can be forwarded, or found again long after.
  const isFresh = Date.now() / 1000 - askedAtUnix <= forgetWithinSeconds
  if (telegramId !== ctx.from.id || !isSure || !isFresh) return ctx.outbox.edit(ctx.t('forget.kept'))
  const user = await ctx.services.users.get(telegramId)
  try {
    if (user !== undefined) await ctx.services.session.attempt(() => ctx.services.userPrivacy.erase(user))
  } catch (error) {
    if (!(error instanceof UsersError) || error.code !== 'USERS_LAST_OWNER') throw error
    return ctx.outbox.edit(ctx.t('forget.lastOwner'))
  }
  await ctx.outbox.edit(ctx.t('forget.done'))
}

/** The name of a language in itself: `English`, `Русский`. */
function ownNameOf(language: string): string {
  const name = new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1)
}

/** Bot API, sendMessage: 4096 UTF-16 units. A line that is longer alone is cut. */
function messagesOf(lines: readonly string[]): string[] {
  const most = 4096
  const messages: string[] = []
  let text = ''
  for (const line of lines.map((line) => (line.length > most ? `${line.slice(0, most - 1)}…` : line))) {
    if (text.length + 1 + line.length > most) {
      messages.push(text)
      text = line
    } else text = text === '' ? line : `${text}\n${line}`
  }
  return [...messages, text].filter((message) => message.trim() !== '')
}
