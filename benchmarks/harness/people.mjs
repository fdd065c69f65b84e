/** Who writes: people in an order that goes through all of them and never along their ids, and now and then one with a new name. Pure. */

/** The first of them; those after are numbered on. */
export const firstPerson = 7_000_000_000

/** Every so many updates somebody has a new name, which the bot has to write. */
export const updatesPerRename = 100

// Shares no factor with a count of people of the form 10^n or 2^n, so that all are reached.
const stride = 7_919

/** Telegram's id of the person who writes the update of this number. @param {number} index from 0 @param {number} people */
export const personAt = (index, people) => firstPerson + ((index * stride) % people)

/** The name of a person after so many changes. The growth section fills tables with the first one. @param {number} personId @param {number} changes */
export const nameOf = (personId, changes) =>
  changes === 0 ? `Person ${personId}` : `Person ${personId} ${changes + 1}`

/** The names of people, which change as they write. */
export class Names {
  #changes = new Map()

  /** The name that the update of this number brings. @param {number} index @param {number} personId */
  at(index, personId) {
    const isNew = index % updatesPerRename === updatesPerRename - 1
    const changes = (this.#changes.get(personId) ?? 0) + (isNew ? 1 : 0)
    if (isNew) this.#changes.set(personId, changes)
    return nameOf(personId, changes)
  }
}
