/** What the pizzeria knows, whichever framework its bot is written with. */

/** All that it bakes. */
export const pizzas = [
  'Margherita',
  'Marinara',
  'Funghi',
  'Diavola',
  'Quattro Formaggi',
  'Napoli',
  'Capricciosa',
] as const

/** How many stand on a page of the menu. */
export const pizzasOnPage = 3

/** So many of one kind. */
export interface Order {
  readonly pizza: string
  readonly count: number
}

/** Puts an order into the oven. @throws RangeError it does not hold so many. */
export function bake({ count }: Order): void {
  if (count > 10) throw new RangeError(`The oven holds 10 pizzas, not ${count}`)
}
