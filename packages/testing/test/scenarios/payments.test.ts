/** Invoices, stars, paid media and games, on both faces. */
import { describe, expect, test } from 'vitest'
import { faces, openStage } from './stage.js'

const prices = [
  { label: 'Tea', amount: 250 },
  { label: 'Cup', amount: 50 },
]
const invoice = {
  title: 'Tea',
  description: 'A cup of tea',
  payload: 'tea-1',
  currency: 'EUR',
  provider_token: '1:TEST:x',
  prices,
}
const stars = { ...invoice, currency: 'XTR', provider_token: '' }
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

describe.each(faces)('%s', (face) => {
  test('a person pays an invoice, by way of shipping and checkout', async () => {
    await using stage = await openStage(face)
    const { call, alice, bot, updates, refusal } = stage
    const sent = await call('sendInvoice', { ...invoice, is_flexible: true, need_shipping_address: true })
    expect(sent.invoice).toMatchObject({ title: 'Tea', currency: 'EUR', total_amount: 300 })
    const payment = alice.pays(sent)
    const [{ shipping_query }] = updates()
    expect(shipping_query).toMatchObject({ from: { id: alice.id }, invoice_payload: 'tea-1' })
    const options = [{ id: 'post', title: 'By post', prices: [{ label: 'Stamp', amount: 100 }] }]
    const answer = { shipping_query_id: shipping_query.id, ok: true, shipping_options: options }
    await call('answerShippingQuery', answer)
    expect(await refusal('answerShippingQuery', answer)).toContain('query is too old')
    await Promise.resolve()
    const [{ pre_checkout_query }] = updates()
    expect(pre_checkout_query).toMatchObject({ total_amount: 400, shipping_option_id: 'post' })
    await call('answerPreCheckoutQuery', { pre_checkout_query_id: pre_checkout_query.id, ok: true })
    expect(await payment).toMatchObject({
      successful_payment: { total_amount: 400, invoice_payload: 'tea-1' },
    })
    expect(updates()).toMatchObject([{ message: { successful_payment: { shipping_option_id: 'post' } } }])
    expect(await call('getMyStarBalance')).toEqual({ amount: 0 })
    expect(bot.updates.pending()).toEqual([])
  })

  test('a bot says no', async () => {
    await using stage = await openStage(face)
    const { call, alice, updates, refusal, clock } = stage
    const refused = expect(alice.pays(await call('sendInvoice', invoice))).rejects.toMatchObject({
      code: 'PAYMENT_REFUSED',
      message: expect.stringContaining('Sold out'),
    })
    const [{ pre_checkout_query }] = updates()
    const pre_checkout_query_id = pre_checkout_query.id
    expect(await refusal('answerPreCheckoutQuery', { pre_checkout_query_id, ok: false })).toBe(
      'Bad Request: parameter "error_message" is required',
    )
    await call('answerPreCheckoutQuery', { pre_checkout_query_id, ok: false, error_message: 'Sold out' })
    await refused
    const late = expect(
      alice.pays(await call('sendInvoice', invoice), { timeoutMs: 1 }),
    ).rejects.toMatchObject({ code: 'PAYMENT_REFUSED' })
    const [{ pre_checkout_query: second }] = updates()
    clock.advance(10_000)
    expect(await refusal('answerPreCheckoutQuery', { pre_checkout_query_id: second.id, ok: true })).toContain(
      'query is too old',
    )
    await late
  })

  test('stars are earned by a link, listed, and given back once', async () => {
    await using stage = await openStage(face)
    const { call, alice, updates, refusal } = stage
    const link = await call('createInvoiceLink', { ...stars, subscription_period: 2_592_000 })
    expect(link).toMatch(/^https:\/\/t\.me\/\$/)
    const payment = alice.pays(link)
    const [{ pre_checkout_query }] = updates()
    await call('answerPreCheckoutQuery', { pre_checkout_query_id: pre_checkout_query.id, ok: true })
    const { successful_payment } = (await payment) as any
    expect(successful_payment).toMatchObject({ currency: 'XTR', is_recurring: true })
    const charge = {
      user_id: alice.id,
      telegram_payment_charge_id: successful_payment.telegram_payment_charge_id,
    }
    expect(await call('getMyStarBalance')).toEqual({ amount: 300 })
    expect(await call('editUserStarSubscription', { ...charge, is_canceled: true })).toBe(true)
    await call('refundStarPayment', charge)
    expect(await refusal('refundStarPayment', charge)).toBe('Bad Request: CHARGE_ALREADY_REFUNDED')
    expect(await refusal('refundStarPayment', { ...charge, user_id: 42 })).toBe(
      'Bad Request: CHARGE_NOT_FOUND',
    )
    expect(updates().at(-1)).toMatchObject({ message: { refunded_payment: { total_amount: 300 } } })
    const { transactions } = await call('getStarTransactions')
    expect(transactions).toMatchObject([
      {
        amount: 300,
        source: { type: 'user', transaction_type: 'invoice_payment', invoice_payload: 'tea-1' },
      },
      { amount: 300, receiver: { user: { id: alice.id } } },
    ])
    expect((await call('getStarTransactions', { offset: 1, limit: 1 })).transactions).toEqual([
      transactions[1],
    ])
    expect(await call('getMyStarBalance')).toEqual({ amount: 0 })
  })

  test.each([
    [{ ...invoice, title: '' }, 'parameter "title" is required'],
    [{ ...invoice, prices: {} }, 'expected an Array of labeled prices'],
    [{ ...invoice, prices: [{ label: 'x' }] }, `can't parse labeled price: Can't find field "amount"`],
    [{ ...invoice, prices: [] }, 'CURRENCY_TOTAL_AMOUNT_INVALID'],
    [{ ...invoice, provider_token: '' }, 'PAYMENT_PROVIDER_INVALID'],
    [{ ...stars, provider_token: 'x' }, 'PAYMENT_PROVIDER_INVALID'],
    [{ ...invoice, currency: 'euro' }, 'CURRENCY_INVALID'],
    [{ ...invoice, payload: 'ä'.repeat(65) }, 'INVOICE_PAYLOAD_INVALID'],
    [{ ...invoice, subscription_period: 1 }, 'SUBSCRIPTION_PERIOD_INVALID'],
  ])('refuses the invoice %j', async (values, reason) => {
    await using stage = await openStage(face)
    expect(await stage.refusal('sendInvoice', values)).toBe(`Bad Request: ${reason}`)
    expect(await stage.refusal('createInvoiceLink', values)).toBe(`Bad Request: ${reason}`)
  })

  test('nothing is paid that is not for sale', async () => {
    await using stage = await openStage(face)
    const { alice, call } = stage
    const sent = await call('sendMessage', { text: 'x' })
    await expect(alice.pays(sent)).rejects.toMatchObject({ code: 'PAYMENT_REFUSED' })
    await expect(alice.pays('https://t.me/$none')).rejects.toMatchObject({ code: 'PAYMENT_REFUSED' })
    expect(() => alice.buys(sent)).toThrow(expect.objectContaining({ code: 'PAYMENT_REFUSED' }))
  })

  test('photos and videos are sold for stars', async () => {
    await using stage = await openStage(face)
    const { call, alice, updates, refusal } = stage
    const media = [
      { type: 'photo', media: 'attach://a' },
      { type: 'video', media: 'https://example.org/a.mp4' },
    ]
    const sold = { star_count: 5, media, payload: 'set-1', caption: 'New' }
    const sent = await call('sendPaidMedia', sold, { a: pixel })
    expect(sent).toMatchObject({
      caption: 'New',
      paid_media: {
        star_count: 5,
        paid_media: [{ type: 'photo' }, { type: 'video', video: { file_name: 'a.mp4' } }],
      },
    })
    alice.buys(sent)
    expect(updates()).toMatchObject([{ purchased_paid_media: { paid_media_payload: 'set-1' } }])
    expect(await call('getMyStarBalance')).toEqual({ amount: 5 })
    expect(await refusal('sendPaidMedia', { ...sold, star_count: 0 }, { a: pixel })).toContain(
      'STARS_AMOUNT_INVALID',
    )
    expect(
      await refusal('sendPaidMedia', { ...sold, media: [{ type: 'x', media: 'attach://a' }] }, { a: pixel }),
    ).toBe(`Bad Request: can't parse InputPaidMedia: type "x" is unsupported`)
  })

  test('a game is sent, played, and its scores are kept', async () => {
    await using stage = await openStage(face)
    const { call, alice, world, updates, refusal, bot } = stage
    const bob = world.createPerson({ firstName: 'Bob' })
    const sent = await call('sendGame', { game_short_name: 'chess' })
    expect(sent.game).toMatchObject({ title: 'chess' })
    alice.plays(sent)
    expect(updates()).toMatchObject([
      { callback_query: { game_short_name: 'chess', message: { message_id: sent.message_id } } },
    ])
    const { message_id } = sent
    const score = (user_id: number, points: number, more = {}) => ({
      message_id,
      user_id,
      score: points,
      ...more,
    })
    expect(await call('setGameScore', score(alice.id, 5))).toMatchObject({
      message_id,
      game: { text: '1. Alice – 5' },
    })
    await call('setGameScore', score(bob.id, 7))
    expect(await refusal('setGameScore', score(alice.id, 4))).toBe('Bad Request: BOT_SCORE_NOT_MODIFIED')
    await call('setGameScore', score(alice.id, 4, { force: true }))
    expect(await call('getGameHighScores', { message_id, user_id: alice.id })).toMatchObject([
      { position: 1, user: { id: bob.id }, score: 7 },
      { position: 2, user: { id: alice.id }, score: 4 },
    ])
    // The scores are of the game, in every message of the chat; the text of one goes its own way.
    const again = await call('sendGame', { game_short_name: 'chess' })
    const low = { ...score(bob.id, 7), message_id: again.message_id }
    expect(await refusal('setGameScore', low)).toBe('Bad Request: BOT_SCORE_NOT_MODIFIED')
    const high = { ...low, score: 9, disable_edit_message: true }
    expect((await call('setGameScore', high)).game).not.toHaveProperty('text')
    expect(await call('editMessageText', { message_id, text: 'Bob leads' })).toMatchObject({
      game: { text: 'Bob leads' },
    })
    const text = await call('sendMessage', { text: 'x' })
    expect(await refusal('setGameScore', { ...score(alice.id, 1), message_id: text.message_id })).toContain(
      "game score can't be set",
    )
    expect(await refusal('sendGame', { game_short_name: 'no game' })).toContain(
      'wrong game short name specified',
    )
    expect(bot.updates.pending()).toEqual([])
  })
})
