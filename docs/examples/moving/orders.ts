/** Keeps what people have ordered. */
import type { DatabaseSession } from '@hello/core'
import type { Order } from './pizzeria.js'

/** The orders of people, in the transaction of the update. */
export class Orders {
  readonly #session: DatabaseSession

  constructor({ session }: { session: DatabaseSession }) {
    this.#session = session
  }

  /** Adds one and gives its number among those of the person. */
  async add(personId: number, { pizza, count }: Order): Promise<number> {
    const { sql } = this.#session
    await sql`INSERT INTO pizza_orders (person_id, pizza, count) VALUES (${personId}, ${pizza}, ${count})`
    const [row] = await sql<{ number: number }>`
      SELECT count(*)::integer AS number FROM pizza_orders WHERE person_id = ${personId}`
    return row?.number ?? 0
  }

  /** Those of a person, the oldest first. */
  of(personId: number): Promise<Order[]> {
    return this.#session.sql<{ pizza: string; count: number }>`
      SELECT pizza, count FROM pizza_orders WHERE person_id = ${personId} ORDER BY id`
  }
}
