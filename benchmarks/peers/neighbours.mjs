/** Plugins that stand beside the greeting and are not asked: each with four commands, a service of its own, and a handler of what nobody else takes. */
import { defineContract, definePlugin } from '@hello/core'

/** @param {number} count */
export const createNeighbours = (count) => Array.from({ length: count }, (_, index) => createNeighbour(index))

// Hidden, since a menu of Telegram holds 100 commands.
function createNeighbour(index) {
  class Shelf {
    constructor({ session }) {
      this.session = session
    }
  }
  const name = `neighbour-${index}`
  const contract = defineContract({ name, updateServices: { [`shelf${index}`]: Shelf } })
  const commands = ['open', 'close', 'list', 'find'].map((verb) => [
    `${verb}_${index}`,
    { description: `${verb} ${index}`, hidden: true, handle: (ctx) => ctx.outbox.reply(verb) },
  ])
  return definePlugin(contract, {
    commands: Object.fromEntries(commands),
    handlers: { updates: ['message'], install: (bot) => bot.hears(/^never said/, () => undefined) },
  })()
}
