/** Gifts: what can be bought, what a bot gives for its stars, and what people have got; on both faces. */
import { describe, expect, test } from 'vitest'
import { type Face, faces, openStage } from './stage.js'

/** A bot with 1,100 stars. */
async function openShop(face: Face) {
  const stage = await openStage(face)
  const { call, alice, bot } = stage
  const prices = [{ label: 'Tea', amount: 1_100 }]
  const link = await call('createInvoiceLink', {
    title: 'Tea',
    description: 'Pot',
    payload: 'p',
    currency: 'XTR',
    prices,
  })
  const payment = alice.pays(link)
  const [{ pre_checkout_query }] = stage.updates()
  await call('answerPreCheckoutQuery', { pre_checkout_query_id: pre_checkout_query.id, ok: true })
  await payment
  bot.updates.clear()
  const [cheap] = (await call('getAvailableGifts')).gifts
  return { ...stage, cheap, [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() }
}

describe.each(faces)('%s', (face) => {
  test('a gift is paid in stars, seen by the person, and kept', async () => {
    await using stage = await openShop(face)
    const { call, alice, cheap } = stage
    expect(cheap).toMatchObject({ star_count: 15, sticker: { emoji: '💝', type: 'regular' } })
    const words = { text: '<b>Thank you</b>, @alice', text_parse_mode: 'HTML' }
    expect(await call('sendGift', { user_id: alice.id, gift_id: cheap.id, ...words })).toBe(true)
    expect(await call('getMyStarBalance')).toEqual({ amount: 1_085 })
    const { gift } = (await alice.sees('[gift]')) as any
    const entities = [{ type: 'bold', offset: 0, length: 9 }]
    expect(gift).toEqual({ gift: cheap, convert_star_count: 13, text: 'Thank you, @alice', entities })
    const { transactions } = await call('getStarTransactions')
    expect(transactions.at(-1)).toMatchObject({
      amount: 15,
      receiver: { type: 'user', transaction_type: 'gift_purchase', user: { id: alice.id }, gift: cheap },
    })
    expect(await call('getUserGifts', { user_id: alice.id })).toMatchObject({
      total_count: 1,
      gifts: [{ type: 'regular', gift: cheap, sender_user: { is_bot: true }, text: 'Thank you, @alice' }],
    })
  })

  test('a limited gift runs out, and can be paid for to be made unique', async () => {
    await using stage = await openShop(face)
    const { call, refusal, world, alice, cheap } = stage
    const gift_id = world.createGift({ emoji: '🦄', starCount: 50, upgradeStarCount: 25, totalCount: 1 })
    await call('sendGift', { user_id: alice.id, gift_id, pay_for_upgrade: true })
    expect(await call('getMyStarBalance')).toEqual({ amount: 1_025 })
    expect(await refusal('sendGift', { user_id: alice.id, gift_id })).toBe(
      'Bad Request: STARGIFT_USAGE_LIMITED',
    )
    await call('sendGift', { user_id: alice.id, gift_id: cheap.id })
    const owned = (values: object = {}) => call('getUserGifts', { user_id: alice.id, ...values })
    const ids = ({ gifts }: any) => gifts.map((one: any) => one.gift.id)
    expect((await owned()).gifts[1]).toMatchObject({
      gift: { total_count: 1, remaining_count: 0, upgrade_star_count: 25 },
      prepaid_upgrade_star_count: 25,
      can_be_upgraded: true,
    })
    expect(ids(await owned({ sort_by_price: true }))).toEqual([gift_id, cheap.id])
    expect(ids(await owned({ exclude_unlimited: true }))).toEqual([gift_id])
    expect(ids(await owned({ exclude_limited_upgradable: true }))).toEqual([cheap.id])
    expect(ids(await owned({ exclude_limited_non_upgradable: true }))).toHaveLength(2)
    const first = await owned({ limit: 1 })
    expect(first).toMatchObject({ total_count: 2, next_offset: '1' })
    expect(ids(await owned({ offset: first.next_offset, limit: 1 }))).toEqual([gift_id])
  })

  test('a channel gets a gift too', async () => {
    await using stage = await openShop(face)
    const { call, world, bot, alice, cheap } = stage
    const { id } = world.createChannel({ title: 'News', bots: [bot] })
    await call('sendGift', { chat_id: id, gift_id: cheap.id })
    await call('sendGift', { gift_id: cheap.id })
    expect(await call('getUserGifts', { user_id: alice.id })).toMatchObject({ total_count: 1 })
    expect(await call('getChatGifts', { chat_id: id })).toMatchObject({
      total_count: 1,
      gifts: [{ gift: cheap }],
    })
    expect((await call('getStarTransactions')).transactions.at(-2)).toMatchObject({
      receiver: { type: 'chat', chat: { id }, gift: cheap },
    })
  })

  test('Premium is given at its price', async () => {
    await using stage = await openShop(face)
    const { call, refusal, alice, updates } = stage
    const months = (month_count: number, star_count: number) => ({
      user_id: alice.id,
      month_count,
      star_count,
    })
    expect(await refusal('giftPremiumSubscription', months(3, 1))).toBe('Bad Request: STARS_AMOUNT_INVALID')
    expect(await refusal('giftPremiumSubscription', months(6, 1_500))).toBe('Bad Request: BALANCE_TOO_LOW')
    expect(await call('giftPremiumSubscription', months(3, 1_000))).toBe(true)
    expect(await call('getMyStarBalance')).toEqual({ amount: 100 })
    alice.sends('Oh!')
    expect(updates()).toMatchObject([{ message: { from: { is_premium: true } } }])
  })

  test('gifts that cannot be given are refused, and cost nothing', async () => {
    await using stage = await openShop(face)
    const { call, refusal, world, bot, alice, cheap } = stage
    const gift = { user_id: alice.id, gift_id: cheap.id }
    const dear = world.createGift({ emoji: '💎', starCount: 5_000 })
    const cases: [object, string][] = [
      [{ ...gift, gift_id: '1' }, 'STARGIFT_INVALID'],
      [{ ...gift, gift_id: dear }, 'BALANCE_TOO_LOW'],
      [{ ...gift, pay_for_upgrade: true }, 'STARGIFT_UPGRADE_UNAVAILABLE'],
      [{ ...gift, text: 'x'.repeat(129) }, 'message is too long'],
      [{ ...gift, user_id: 42 }, 'user not found'],
      [{ ...gift, user_id: -1 }, 'invalid user_id specified'],
      [{ gift_id: cheap.id, chat_id: 42 }, 'chat not found'],
    ]
    for (const [values, words] of cases)
      expect(await refusal('sendGift', values)).toBe(`Bad Request: ${words}`)
    const group = world.createGroup({ title: 'Tea', members: [alice], bots: [bot], type: 'supergroup' })
    expect(await refusal('sendGift', { chat_id: group.id, gift_id: cheap.id })).toBe(
      'Bad Request: PEER_ID_INVALID',
    )
    const accepted = async (chat_id: number) => (await call('getChat', { chat_id })).accepted_gift_types
    expect(await accepted(group.id)).toMatchObject({ unlimited_gifts: false, premium_subscription: false })
    expect(await accepted(alice.id)).toMatchObject({ unlimited_gifts: true, premium_subscription: true })
    expect(await call('getMyStarBalance')).toEqual({ amount: 1_100 })
    expect(await call('getUserGifts', { user_id: alice.id })).toEqual({ total_count: 0, gifts: [] })
  })
})
