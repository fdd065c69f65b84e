/** getAvailableGifts, sendGift, giftPremiumSubscription, getUserGifts, getChatGifts: what bots give for their stars. Source: Bot API; Client.cpp (process_send_gift_query). */
import { badRequest } from '../bot-api/api-error.js'
import type { FormattedText } from '../bot-api/formatting/clean-text.js'
import type { ChatObject, User } from '../bot-api/objects.js'
import { describeGift, describeGiven, type GivenGift } from '../world/gifts.js'
import { partner } from '../world/payments.js'
import { randomDigits } from '../world/world-state.js'
import { formatText } from './message-text.js'
import type { MethodCall, MethodGroup } from './method.js'
import { findChat } from './target-chat.js'
import { readKnownUser } from './user-id.js'

/** The methods of this group. */
export const giftMethods: MethodGroup = {
  getAvailableGifts: ({ state }) => ({ gifts: state.gifts.all().map(describeGift) }),
  sendGift,
  giftPremiumSubscription,
  getUserGifts: (call) => listGifts(call, readKnownUser(call).id),
  getChatGifts: (call) => listGifts(call, findChat(call).id),
}

const longestTextCharacters = 128

// Others are passed over. Source: Bot API, sendGift.
const shownEntities = new Set(['bold', 'italic', 'underline', 'strikethrough', 'spoiler', 'custom_emoji'])

// Stars by months. Source: Bot API, giftPremiumSubscription.
const premiumPrices: Readonly<Record<number, number>> = { 3: 1000, 6: 1500, 12: 2500 }

function sendGift(call: MethodCall): true {
  const { state, bot, parameters } = call
  const { text, entities } = readText(call)
  const receiver = findReceiver(call)
  const gift = state.gifts.get(parameters.text('gift_id') ?? '')
  if (!gift) throw badRequest('STARGIFT_INVALID')
  const { starCount, upgradeStarCount, totalCount } = gift.options
  if (totalCount !== undefined && gift.soldCount >= totalCount) throw badRequest('STARGIFT_USAGE_LIMITED')
  const isUpgradePaid = parameters.flag('pay_for_upgrade')
  if (isUpgradePaid && upgradeStarCount === undefined) throw badRequest('STARGIFT_UPGRADE_UNAVAILABLE')
  const upgradeStars = isUpgradePaid ? upgradeStarCount : undefined
  const dateUnix = state.nowUnix()
  const ownerId = receiver.id
  const given: GivenGift = { ownerId, gift, sender: bot.user, dateUnix, text, entities, upgradeStars }
  pay(call, starCount + (upgradeStars ?? 0), () => describePartner(receiver, describeGift(gift)))
  state.gifts.give(given)
  const chat = state.privateChat(bot.id, ownerId)
  if (chat) state.post(chat, { from: bot.user, gift: describeGiven(given) })
  return true
}

function giftPremiumSubscription(call: MethodCall): true {
  const { state, parameters } = call
  const user = readKnownUser(call)
  const record = state.people.get(user.id)
  if (!record) throw badRequest('USER_ID_INVALID')
  readText(call)
  const months = parameters.integer('month_count') ?? 0
  const stars = parameters.integer('star_count') ?? 0
  if (premiumPrices[months] !== stars) throw badRequest('STARS_AMOUNT_INVALID')
  pay(call, stars, () =>
    partner(user, { transaction_type: 'premium_purchase', premium_subscription_duration: months }),
  )
  record.user = { ...record.user, is_premium: true }
  return true
}

/** @throws ApiError 400 `BALANCE_TOO_LOW`. */
function pay({ state, bot }: MethodCall, stars: number, describeReceiver: () => object): void {
  if (state.payments.balance(bot.id) < stars) throw badRequest('BALANCE_TOO_LOW')
  const transaction = { id: randomDigits(), date: state.nowUnix(), receiver: describeReceiver() }
  state.payments.book(bot.id, -stars, transaction)
}

/** A person, or a channel: groups take no gifts. */
function findReceiver(call: MethodCall): User | ChatObject {
  if ((call.parameters.text('user_id') ?? '') !== '') return readKnownUser(call)
  const { object } = findChat(call)
  if (object.type === 'channel') return object
  const user = object.type === 'private' ? call.state.user(object.id) : undefined
  if (!user) throw badRequest('PEER_ID_INVALID')
  return user
}

function describePartner(receiver: User | ChatObject, gift: object): object {
  if ('is_bot' in receiver) return partner(receiver, { transaction_type: 'gift_purchase', gift })
  return { type: 'chat', chat: receiver, gift }
}

function readText({ state, parameters }: MethodCall): Pick<FormattedText, 'text' | 'entities'> {
  const text = parameters.text('text') ?? ''
  if (text === '') return { text, entities: [] }
  const formatted = formatText(state, {
    text,
    parseMode: parameters.text('text_parse_mode'),
    entities: parameters.lenientJson('text_entities'),
  })
  if ([...formatted.text].length > longestTextCharacters) throw badRequest('message is too long')
  return {
    text: formatted.text,
    entities: formatted.entities.filter(({ type }) => shownEntities.has(type)),
  }
}

function listGifts({ state, parameters }: MethodCall, ownerId: number): unknown {
  const isWanted = ({ gift }: GivenGift) => {
    const { totalCount, upgradeStarCount } = gift.options
    if (totalCount === undefined) return !parameters.flag('exclude_unlimited')
    const kind = upgradeStarCount === undefined ? 'non_upgradable' : 'upgradable'
    return !parameters.flag(`exclude_limited_${kind}`)
  }
  const all = state.gifts.of(ownerId).filter(isWanted)
  if (parameters.flag('sort_by_price'))
    all.sort((a, b) => b.gift.options.starCount - a.gift.options.starCount)
  const offset = Math.max(0, Number.parseInt(parameters.text('offset') ?? '', 10) || 0)
  const end = offset + Math.min(100, Math.max(1, parameters.integer('limit') ?? 100))
  return {
    total_count: all.length,
    gifts: all.slice(offset, end).map(describeOwned),
    ...(end < all.length && { next_offset: String(end) }),
  }
}

/** Bot API, OwnedGiftRegular. */
function describeOwned(given: GivenGift): object {
  return {
    type: 'regular',
    ...describeGiven(given),
    sender_user: given.sender,
    send_date: given.dateUnix,
    is_saved: true,
  }
}
