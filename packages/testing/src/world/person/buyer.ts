/** The side of a person that buys and plays: invoices, paid media, games, results of inline queries, boosts. */
import type { Message } from '../../bot-api/objects.js'
import { TestingError } from '../../errors.js'
import type { Bot } from '../bot.js'
import type { Chat } from '../chat.js'
import type { CheckoutAnswer } from '../event-hub.js'
import { deliverMessage, tellAdministrators } from '../group-delivery.js'
import { sendOffer } from '../inline-sending.js'
import { type Invoice, partner } from '../payments.js'
import type { Place } from '../places.js'
import { Tap } from '../tap.js'
import { waitFor } from '../waiting.js'
import { randomDigits } from '../world-state.js'
import type { InlineQuery } from './inline-query.js'
import { Tapper } from './tapper.js'

// Bot API, answerPreCheckoutQuery: within ten seconds.
const checkoutLifetimeMs = 10_000
const boostSeconds = 31 * 24 * 60 * 60

const home = {
  country_code: 'AT',
  state: '',
  city: 'Vienna',
  street_line1: 'Ring 1',
  street_line2: '',
  post_code: '1010',
}

/** How an invoice is paid. */
export interface PayOptions {
  /** Longest wait for each answer of the bot, in real milliseconds. @default 5_000 */
  timeoutMs?: number
}

/** Someone who buys and plays. */
export class Buyer extends Tapper {
  /**
   * Pays an invoice, given by its message or by its link: the bot gets the shipping query where the price depends on
   * the way, then the pre-checkout query, and when it agrees the message of the payment. The first way offered is taken.
   * @returns The message with `successful_payment`.
   * @throws TestingError PAYMENT_REFUSED: the bot says no, there is no such invoice, or no answer comes in time.
   */
  async pays(what: Message | string, { timeoutMs = 5_000 }: PayOptions = {}): Promise<Message> {
    const { invoice, chat } = this.#findInvoice(what)
    const bot = this.state.botById(invoice.botId) as Bot
    const shipping = invoice.isFlexible ? await this.#chooseShipping(bot, invoice, timeoutMs) : undefined
    const total = invoice.totalAmount + (shipping?.amount ?? 0)
    const order = {
      currency: invoice.currency,
      total_amount: total,
      invoice_payload: invoice.payload,
      ...(shipping && { shipping_option_id: shipping.id }),
      ...(invoice.needsAddress && { order_info: { shipping_address: home } }),
    }
    const queries = this.state.payments.checkoutQueries
    await this.#ask(bot, queries, 'pre_checkout_query', order, timeoutMs)
    const nowUnix = this.state.nowUnix()
    const charge = this.state.payments.charge({ ...invoice, totalAmount: total }, this.user, nowUnix)
    const lasts = invoice.subscriptionSeconds
    return this.post(chat ?? this.state.openPrivateChat(bot, this.user), {
      successful_payment: {
        ...order,
        ...(lasts !== undefined && {
          subscription_expiration_date: nowUnix + lasts,
          is_recurring: true,
          is_first_recurring: true,
        }),
        telegram_payment_charge_id: charge.id,
        provider_payment_charge_id: charge.id,
      },
    })
  }

  /** Pays the stars for the photos and videos of a message. @throws TestingError PAYMENT_REFUSED: it carries none. */
  buys(message: Message): void {
    const chat = this.places.chatOf(message)
    const bot = chat && this.ownerOf(chat, message)
    const media = message.paid_media as { star_count: number } | undefined
    if (!chat || !bot || !media) throw refused('The message carries nothing that is paid for.')
    const payload = chat.settings.payloads.get(message.message_id)
    const source = partner(this.user, {
      transaction_type: 'paid_media_payment',
      ...(payload !== undefined && { paid_media_payload: payload }),
    })
    this.state.payments.book(bot.id, media.star_count, {
      id: randomDigits(),
      date: this.state.nowUnix(),
      source,
    })
    if (payload !== undefined) {
      bot.updates.add('purchased_paid_media', { from: this.user, paid_media_payload: payload })
    }
  }

  /** Starts the game of a message. @returns The tap, whose `answered()` waits for the bot. */
  plays(message: Message): Tap {
    const chat = this.places.chatOf(message)
    const bot = chat && this.ownerOf(chat, message)
    const name = chat?.settings.gameNames.get(message.message_id)
    if (!chat || !bot || name === undefined) {
      throw new TestingError('MESSAGE_NOT_THERE', `Message ${message.message_id} carries no game.`)
    }
    const id = this.state.openQuery(bot)
    const query = { id, from: this.user, message, chat_instance: chat.instance, game_short_name: name }
    bot.updates.add('callback_query', query)
    return new Tap(this.state.events, id, chat.id)
  }

  /**
   * Sends one of the results that a bot has offered for an inline query.
   * @param resultId Its id. @default the first
   * @throws TestingError RESULT_UNKNOWN: the bot has offered no such result.
   */
  chooses(query: InlineQuery, resultId?: string, { in: place }: Place = {}): Message {
    const offers = this.state.offers.get(query.queryId) ?? []
    const offer = resultId === undefined ? offers[0] : offers.find(({ id }) => id === resultId)
    if (!offer) {
      const known = offers.map(({ id }) => id).join(', ') || 'none'
      throw new TestingError('RESULT_UNKNOWN', `There is no result "${resultId ?? ''}" (found: ${known}).`)
    }
    const { bot, text } = query
    const chat = this.places.open(place ?? bot)
    const { inlineMessageId, message } = sendOffer(this.state, { bot, user: this.user, chat, offer })
    bot.updates.add('chosen_inline_result', {
      result_id: offer.id,
      from: this.user,
      query: text,
      // Telegram tells the id only of messages with buttons.
      ...(message.reply_markup && { inline_message_id: inlineMessageId }),
    })
    return message
  }

  /** Boosts a supergroup or channel: its administrators among the bots are told. */
  boosts(chat: Chat): void {
    const nowUnix = this.state.nowUnix()
    const boost = {
      boost_id: randomDigits(),
      add_date: nowUnix,
      expiration_date: nowUnix + boostSeconds,
      source: { source: 'premium', user: this.user },
    }
    chat.settings.boosts.set(this.id, [...(chat.settings.boosts.get(this.id) ?? []), boost])
    tellAdministrators(chat, 'chat_boost', { chat: chat.object, boost })
    if (chat.object.type !== 'supergroup') return
    deliverMessage(chat, this.state.post(chat, { from: this.user, boost_added: { boost_count: 1 } }))
  }

  /** Lets a bot set the emoji beside the person's name, as its Mini App asks for. */
  allowsEmojiStatus(bot: Bot): void {
    this.record.emojiStatusBotIds ??= new Set()
    this.record.emojiStatusBotIds.add(bot.id)
  }

  #findInvoice(what: Message | string): { invoice: Invoice; chat: Chat | undefined } {
    if (typeof what === 'string') {
      const invoice = this.state.payments.links.get(what.replace(/^https:\/\/t\.me\/\$/, ''))
      if (!invoice) throw refused(`No bot has made the link ${what}.`)
      return { invoice, chat: undefined }
    }
    const chat = this.places.chatOf(what)
    const invoice = chat?.settings.invoices.get(what.message_id)
    if (!chat || !invoice) throw refused(`Message ${what.message_id} is no invoice.`)
    return { invoice, chat }
  }

  async #chooseShipping(bot: Bot, invoice: Invoice, timeoutMs: number) {
    const query = { invoice_payload: invoice.payload, shipping_address: home }
    const queries = this.state.payments.shippingQueries
    const { shippingOptions } = await this.#ask(bot, queries, 'shipping_query', query, timeoutMs)
    const [option] = shippingOptions as readonly { id: string; prices: { amount: number }[] }[]
    if (!option) throw refused('The bot offers no way of shipping.')
    return { id: option.id, amount: option.prices.reduce((sum, { amount }) => sum + Number(amount), 0) }
  }

  async #ask(
    bot: Bot,
    queries: Map<string, { botId: number; expiresAtMs: number }>,
    kind: string,
    content: object,
    timeoutMs: number,
  ): Promise<CheckoutAnswer> {
    const { clock, events } = this.state
    const id = randomDigits()
    queries.set(id, { botId: bot.id, expiresAtMs: clock.nowMs() + checkoutLifetimeMs })
    let answer: CheckoutAnswer | undefined
    const unsubscribe = events.subscribe((event) => {
      if (event.kind === 'checkout_answer' && event.queryId === id) answer = event.answer
    })
    bot.updates.add(kind, { id, from: this.user, ...content })
    const answered = await waitFor(events, {
      about: this.id,
      look: () => answer,
      timeoutMs,
      describeFailure: () => refused(`The bot has not answered the ${kind}.`),
    }).finally(unsubscribe)
    if (answered.refusal !== undefined) throw refused(`The bot says: ${answered.refusal}`)
    return answered
  }
}

function refused(reason: string): TestingError {
  return new TestingError('PAYMENT_REFUSED', `Nothing was paid. ${reason}`)
}
