/** The numbered bot as a project of the command line; `FAULTS_SLOW` names a phase of its start that takes half a minute. */
import { createApp, defineContract, defineMigration, definePlugin } from '@hello/core'
import { numberedBot } from './numbered-bot.js'

const slow = process.env.FAULTS_SLOW

/** Starts before the slow one, and says when it is stopped. */
const first = definePlugin(defineContract({ name: 'first' }), {
  async start({ logger }) {
    logger.info('first has started')
  },
  async stop({ logger }) {
    logger.info('first has stopped')
  },
})

const slowContract = defineContract({
  name: 'slow',
  requires: [first],
  migrations:
    slow === 'migration'
      ? [
          defineMigration({
            name: '0001-wait',
            up: async ({ sql }) => {
              await sql`CREATE TABLE half_done (id int)`
              await sql`SELECT pg_sleep(2)`
            },
          }),
        ]
      : [],
})

const slowPlugin = definePlugin(slowContract, {
  async start({ logger }) {
    logger.info('slow is starting')
    if (slow === 'plugin') await new Promise((resolve) => setTimeout(resolve, 2_000))
  },
  async stop({ logger }) {
    logger.info('slow has stopped')
  },
})

const last = definePlugin(defineContract({ name: 'last', requires: [slowPlugin] }), {
  async start({ logger }) {
    logger.info('last has started')
  },
})

export default slow === undefined
  ? createApp({ plugins: [numberedBot()()] })
  : createApp({ plugins: [first(), slowPlugin(), last(), numberedBot()()] })
