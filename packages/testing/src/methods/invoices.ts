/** sendInvoice, createInvoiceLink, answerShippingQuery, answerPreCheckoutQuery. Source: Bot API, payments; Client.cpp. */
import { badRequest } from '../bot-api/api-error.js'
import { FieldError, isJsonObject, readAs, requiredInteger, requiredText } from '../bot-api/json-fields.js'
import type { CheckoutQuery, Invoice } from '../world/payments.js'
import type { MethodCall, MethodGroup } from './method.js'
import { prepareOutgoing, sendContent } from './outgoing.js'

/** The methods of this group. */
export const invoiceMethods: MethodGroup = {
  sendInvoice,
  createInvoiceLink,
  answerShippingQuery,
  answerPreCheckoutQuery,
}

const longestPayloadBytes = 128
const mostStars = 25_000
const monthSeconds = 2_592_000

function sendInvoice(call: MethodCall): unknown {
  const { parameters } = call
  const invoice = readInvoice(call)
  const outgoing = prepareOutgoing(call, 'invoice')
  checkInvoice(call, invoice)
  const sent = sendContent(call, outgoing, {
    invoice: {
      title: invoice.title,
      description: parameters.text('description') ?? '',
      start_parameter: parameters.text('start_parameter') ?? '',
      currency: invoice.currency,
      total_amount: invoice.totalAmount,
    },
  })
  outgoing.chat.settings.invoices.set(sent.message_id, invoice)
  return sent
}

function createInvoiceLink(call: MethodCall): string {
  const invoice = readInvoice(call)
  checkInvoice(call, invoice)
  return call.state.payments.addLink(invoice)
}

function answerShippingQuery(call: MethodCall): true {
  const { state, parameters } = call
  const isOk = parameters.flag('ok')
  const shippingOptions = isOk ? readShippingOptions(call) : []
  const refusal = isOk ? undefined : required(call, 'error_message')
  const queryId = parameters.text('shipping_query_id') ?? ''
  takeQuery(call, state.payments.shippingQueries, queryId)
  state.events.publish({ kind: 'checkout_answer', queryId, answer: { refusal, shippingOptions } })
  return true
}

function answerPreCheckoutQuery(call: MethodCall): true {
  const { state, parameters } = call
  const refusal = parameters.flag('ok') ? undefined : required(call, 'error_message')
  const queryId = parameters.text('pre_checkout_query_id') ?? ''
  takeQuery(call, state.payments.checkoutQueries, queryId)
  state.events.publish({ kind: 'checkout_answer', queryId, answer: { refusal, shippingOptions: [] } })
  return true
}

function takeQuery({ bot, state }: MethodCall, queries: Map<string, CheckoutQuery>, id: string): void {
  const query = queries.get(id)
  if (query?.botId !== bot.id || query.expiresAtMs <= state.clock.nowMs()) {
    throw badRequest('query is too old and response timeout expired or query ID is invalid')
  }
  queries.delete(id)
}

function readInvoice(call: MethodCall): Invoice {
  const { bot, parameters } = call
  const title = required(call, 'title')
  required(call, 'description')
  const payload = required(call, 'payload')
  const currency = required(call, 'currency')
  const amounts = readPrices(parameters.json('prices', 'prices'))
  const maxTip = parameters.text('max_tip_amount') ?? ''
  if (maxTip !== '' && !/^-?\d+$/.test(maxTip)) throw badRequest(`can't parse "max_tip_amount" as Number`)
  return {
    botId: bot.id,
    title,
    currency,
    totalAmount: amounts.reduce((sum, amount) => sum + amount, 0),
    payload,
    isFlexible: parameters.flag('is_flexible'),
    needsAddress: parameters.flag('need_shipping_address'),
    subscriptionSeconds: parameters.integer('subscription_period') || undefined,
  }
}

/** What Telegram's servers refuse, in the words of the API that its clients speak. */
function checkInvoice({ parameters }: MethodCall, invoice: Invoice): void {
  const { currency, totalAmount, payload, subscriptionSeconds } = invoice
  if (Buffer.byteLength(payload) > longestPayloadBytes) throw badRequest('INVOICE_PAYLOAD_INVALID')
  if (!/^[A-Z]{3}$/.test(currency)) throw badRequest('CURRENCY_INVALID')
  const isStars = currency === 'XTR'
  const providerToken = parameters.text('provider_token') ?? ''
  // Stars need no provider, all other money does.
  if (isStars === (providerToken !== '')) throw badRequest('PAYMENT_PROVIDER_INVALID')
  if (totalAmount <= 0 || (isStars && totalAmount > mostStars)) {
    throw badRequest('CURRENCY_TOTAL_AMOUNT_INVALID')
  }
  if (subscriptionSeconds !== undefined && (!isStars || subscriptionSeconds !== monthSeconds)) {
    throw badRequest('SUBSCRIPTION_PERIOD_INVALID')
  }
}

function readPrices(value: unknown): number[] {
  if (!Array.isArray(value)) throw badRequest('expected an Array of labeled prices')
  return value.map((item) => readAs("can't parse labeled price", () => readPrice(item)))
}

function readPrice(item: unknown): number {
  if (!isJsonObject(item)) throw new FieldError('expected an Object')
  requiredText(item, 'label')
  return requiredInteger(item, 'amount')
}

function readShippingOptions({ parameters }: MethodCall): Readonly<Record<string, unknown>>[] {
  const value = parameters.json('shipping_options', 'shipping options')
  if (!Array.isArray(value)) throw badRequest('expected an Array of shipping options')
  return value.map((item) =>
    readAs("can't parse shipping option", () => {
      if (!isJsonObject(item)) throw new FieldError('expected an Object')
      if (requiredText(item, 'id') === '') throw new FieldError('option ID must be non-empty')
      if (requiredText(item, 'title') === '') throw new FieldError('option title must be non-empty')
      if (!Array.isArray(item.prices)) throw new FieldError(`Can't find field "prices"`)
      for (const price of item.prices) readPrice(price)
      return item
    }),
  )
}

function required({ parameters }: MethodCall, name: string): string {
  const text = parameters.text(name) ?? ''
  if (text === '') throw badRequest(`parameter "${name}" is required`)
  return text
}
