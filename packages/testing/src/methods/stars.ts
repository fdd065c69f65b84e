/** getMyStarBalance, getStarTransactions, refundStarPayment, editUserStarSubscription: a bot's stars. Source: Bot API, payments. */
import { badRequest } from '../bot-api/api-error.js'
import { type Charge, partner } from '../world/payments.js'
import type { MethodCall, MethodGroup } from './method.js'
import { readUserId } from './user-id.js'

/** The methods of this group. */
export const starMethods: MethodGroup = {
  getMyStarBalance: ({ state, bot }) => ({ amount: state.payments.balance(bot.id) }),
  getStarTransactions,
  refundStarPayment,
  editUserStarSubscription,
}

function getStarTransactions({ state, bot, parameters }: MethodCall): unknown {
  const offset = Math.max(0, parameters.integer('offset') ?? 0)
  const limit = Math.min(100, Math.max(1, parameters.integer('limit') ?? 100))
  return { transactions: state.payments.transactions(bot.id).slice(offset, offset + limit) }
}

function refundStarPayment(call: MethodCall): true {
  const { state, bot } = call
  const charge = findCharge(call)
  if (charge.isRefunded) throw badRequest('CHARGE_ALREADY_REFUNDED')
  const user = state.user(charge.userId)
  const { currency, totalAmount, payload } = charge.invoice
  if (!user) throw badRequest('USER_ID_INVALID')
  charge.isRefunded = true
  const receiver = partner(user, { transaction_type: 'invoice_payment', invoice_payload: payload })
  state.payments.book(bot.id, -totalAmount, { id: charge.id, date: state.nowUnix(), receiver })
  const refunded_payment = {
    currency,
    total_amount: totalAmount,
    invoice_payload: payload,
    telegram_payment_charge_id: charge.id,
  }
  const chat = state.openPrivateChat(bot, user)
  const message = state.post(chat, { from: user, refunded_payment })
  bot.updates.add('message', message)
  return true
}

function editUserStarSubscription(call: MethodCall): true {
  const charge = findCharge(call)
  if (charge.invoice.subscriptionSeconds === undefined) throw badRequest('SUBSCRIPTION_NOT_FOUND')
  charge.isCanceled = call.parameters.flag('is_canceled')
  return true
}

function findCharge({ state, bot, parameters }: MethodCall): Charge {
  const userId = readUserId(parameters)
  const charge = state.payments.charges.get(parameters.text('telegram_payment_charge_id') ?? '')
  const isKnown = charge?.userId === userId && charge.invoice.botId === bot.id
  if (!isKnown || charge.invoice.currency !== 'XTR') throw badRequest('CHARGE_NOT_FOUND')
  return charge
}
