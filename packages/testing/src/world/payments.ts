/** What is bought in a world: invoices behind links, queries that wait for an answer, and the stars of each bot. */
import { randomBytes } from 'node:crypto'
import type { User } from '../bot-api/objects.js'

/** An invoice, as the bot described it. */
export interface Invoice {
  readonly botId: number
  readonly title: string
  readonly currency: string
  /** In the smallest unit of the currency. */
  readonly totalAmount: number
  readonly payload: string
  readonly isFlexible: boolean
  readonly needsAddress: boolean
  /** Seconds that a subscription lasts; undefined of a single payment. */
  readonly subscriptionSeconds: number | undefined
}

/** A payment that was made. */
export interface Charge {
  readonly id: string
  readonly userId: number
  readonly invoice: Invoice
  isRefunded: boolean
  isCanceled: boolean
}

/** A query of a checkout that the bot may still answer. */
export interface CheckoutQuery {
  readonly botId: number
  readonly expiresAtMs: number
}

/** What people buy and bots earn. */
export class Payments {
  /** By the slug of `https://t.me/$<slug>`. */
  readonly links = new Map<string, Invoice>()
  readonly shippingQueries = new Map<string, CheckoutQuery>()
  readonly checkoutQueries = new Map<string, CheckoutQuery>()
  /** By their ids. */
  readonly charges = new Map<string, Charge>()
  readonly #transactions = new Map<number, object[]>()
  readonly #balances = new Map<number, number>()

  /** Keeps an invoice behind a link. */
  addLink(invoice: Invoice): string {
    const slug = randomBytes(16).toString('base64url')
    this.links.set(slug, invoice)
    return `https://t.me/$${slug}`
  }

  /** Notes a payment. Stars go to the bot's balance; other money goes to its provider. */
  charge(invoice: Invoice, user: User, nowUnix: number): Charge {
    const id = `stx${randomBytes(24).toString('base64url')}`
    const charge = { id, userId: user.id, invoice, isRefunded: false, isCanceled: false }
    this.charges.set(id, charge)
    if (invoice.currency === 'XTR') {
      const source = partner(user, { transaction_type: 'invoice_payment', invoice_payload: invoice.payload })
      this.book(invoice.botId, invoice.totalAmount, { id, date: nowUnix, source })
    }
    return charge
  }

  /** Notes stars that a bot gets (a source) or gives (a receiver). @param amount Below 0 where it gives. */
  book(botId: number, amount: number, transaction: object): void {
    const list = this.#transactions.get(botId) ?? []
    list.push({ ...transaction, amount: Math.abs(amount) })
    this.#transactions.set(botId, list)
    this.#balances.set(botId, this.balance(botId) + amount)
  }

  /** The stars of a bot. */
  balance(botId: number): number {
    return this.#balances.get(botId) ?? 0
  }

  /** Bot API, StarTransaction: oldest first. */
  transactions(botId: number): readonly object[] {
    return this.#transactions.get(botId) ?? []
  }
}

/** Bot API, TransactionPartnerUser. */
export function partner(user: User, more: object): object {
  return { type: 'user', user, ...more }
}
