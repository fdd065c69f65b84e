/** A person who acts in a world: beside writing and tapping, joins and leaves chats, blocks bots, opens Mini Apps. */

import { TestingError } from '../errors.js'
import type { Bot } from './bot.js'
import type { Chat } from './chat.js'
import type { InviteLink } from './chat-settings.js'
import { tellAdministrators } from './group-delivery.js'
import { type InitDataOptions, signInitData } from './init-data.js'
import {
  absent,
  administrator,
  banned,
  isPresent,
  type Membership,
  ordinary,
  type Rights,
} from './membership.js'
import { announceMembership, announceService } from './membership-changes.js'
import { Buyer } from './person/buyer.js'
import { randomDigits } from './world-state.js'

// Telegram publishes neither number; both are long enough for a person to decide.
const webAppQueryLifetimeMs = 60 * 60 * 1000
const joinQueryLifetimeMs = 5 * 60 * 1000

export type { PayOptions } from './person/buyer.js'
export type { WaitOptions } from './person/watcher.js'
export type { SendOptions } from './person/writer.js'

/** A person of a world. Created by `world.createPerson`. */
export class Person extends Buyer {
  /** Blocks a bot: it is told so, and its sends are refused from now on. */
  blocks(bot: Bot): void {
    this.#changeBlock(bot, true)
  }

  /** Lifts the block, as the button Restart does. */
  unblocks(bot: Bot): void {
    this.#changeBlock(bot, false)
  }

  /** Deletes the account: whoever writes to it is refused with `user is deactivated`. */
  deactivates(): void {
    this.record.isDeactivated = true
  }

  /**
   * Comes into a group or channel, by its username or by a link; where that needs consent, asks for it.
   * @returns True for who is in, false for who has asked.
   * @throws TestingError CHAT_NOT_ALLOWED: the person is banned, or the link is not valid any more.
   */
  joins(chat: Chat, { link }: { link?: { invite_link: string } } = {}): boolean {
    const current = chat.membership(this.id)
    if (isPresent(current)) return true
    const invite = link && chat.settings.links.get(link.invite_link)
    if (current.status === 'kicked' || (link && !isUsable(invite, this.state.nowUnix()))) {
      const reason =
        link && current.status !== 'kicked' ? 'by a link that is not valid any more' : 'who is banned there'
      throw new TestingError(
        'CHAT_NOT_ALLOWED',
        `${this.name} cannot join "${chat.object.title}": ${reason}.`,
      )
    }
    if (invite?.creates_join_request || (!invite && chat.settings.joinByRequest)) {
      this.#asksToJoin(chat, invite)
      return false
    }
    if (invite) {
      chat.settings.links.set(invite.invite_link, { ...invite, joinedCount: invite.joinedCount + 1 })
    }
    this.#change(chat, this.id, ordinary, invite)
    announceService(this.state, chat, this.user, { new_chat_members: [this.user] })
    return true
  }

  /** Leaves a group or channel. */
  leaves(chat: Chat): void {
    if (!isPresent(chat.membership(this.id))) return
    announceService(this.state, chat, this.user, { left_chat_member: this.user })
    this.#change(chat, this.id, absent)
  }

  /** Brings a bot or another person into a group, or a bot into a channel, as an administrator there. */
  adds(who: Bot | Person, chat: Chat): void {
    const membership =
      chat.object.type === 'channel' && !(who instanceof Person) ? administrator('channel') : ordinary
    this.#change(chat, who instanceof Person ? who.id : who, membership)
    announceService(this.state, chat, this.user, { new_chat_members: [who.user] })
  }

  /** Throws a bot or another person out. */
  removes(who: Bot | Person, chat: Chat): void {
    announceService(this.state, chat, this.user, { left_chat_member: who.user })
    this.#change(chat, who instanceof Person ? who.id : who, banned())
  }

  /** Makes a bot or another person an administrator. @param rights By their names; without it, every right. */
  promotes(who: Bot | Person, chat: Chat, rights?: Rights): void {
    this.#change(chat, who instanceof Person ? who.id : who, administrator(chat.object.type, rights))
  }

  /** Makes an administrator an ordinary member again. */
  demotes(who: Bot | Person, chat: Chat): void {
    this.#change(chat, who instanceof Person ? who.id : who, ordinary)
  }

  /** Opens a bot's Mini App. @returns The raw `initData`, signed with the bot's token as Telegram signs it. */
  opensMiniApp(bot: Bot, options: InitDataOptions = {}): string {
    if (options.queryId !== undefined) {
      const chat = this.state.openPrivateChat(bot, this.user)
      const expiresAtMs = this.state.clock.nowMs() + webAppQueryLifetimeMs
      this.state.webAppQueries.set(options.queryId, { bot, user: this.user, chat, expiresAtMs })
    }
    return signInitData(bot.token, this.user, this.state.nowUnix(), options)
  }

  #asksToJoin(chat: Chat, link: InviteLink | undefined): void {
    chat.settings.joinRequests.set(this.id, link)
    const { joinedCount: _, ...shown } = link ?? { joinedCount: 0 }
    const request = {
      chat: chat.object,
      from: this.user,
      user_chat_id: this.id,
      date: this.state.nowUnix(),
      ...(link && { invite_link: shown }),
    }
    tellAdministrators(
      chat,
      'chat_join_request',
      (bot) => this.#withQuery(request, chat, bot),
      'can_invite_users',
    )
  }

  /** A bot that guards chats gets an id with which it may answer at once. */
  #withQuery(request: object, chat: Chat, bot: Bot): object {
    if (!bot.guardsChats) return request
    const query_id = randomDigits()
    const expiresAtMs = this.state.clock.nowMs() + joinQueryLifetimeMs
    this.state.joinQueries.set(query_id, { botId: bot.id, expiresAtMs, chat, userId: this.id })
    return { ...request, query_id }
  }

  #change(chat: Chat, who: Bot | number, membership: Membership, link?: InviteLink): void {
    announceMembership(this.state, chat, this.user, who, membership, link)
  }

  #changeBlock(bot: Bot, blocked: boolean): void {
    if (this.record.blockedBotIds.has(bot.id) === blocked) return
    if (blocked) this.record.blockedBotIds.add(bot.id)
    else this.record.blockedBotIds.delete(bot.id)
    const member = { user: bot.user, status: 'member' }
    const kicked = { user: bot.user, status: 'kicked', until_date: 0 }
    bot.updates.add('my_chat_member', {
      chat: this.state.openPrivateChat(bot, this.user).object,
      from: this.user,
      date: this.state.nowUnix(),
      old_chat_member: blocked ? member : kicked,
      new_chat_member: blocked ? kicked : member,
    })
  }
}

function isUsable(link: InviteLink | undefined, nowUnix: number): boolean {
  if (!link || link.is_revoked) return false
  if (link.expire_date !== undefined && link.expire_date <= nowUnix) return false
  return link.member_limit === undefined || link.joinedCount < link.member_limit
}
