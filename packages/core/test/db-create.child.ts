/** Creates or drops a bot's database and dies by SIGKILL right after the named step, as a machine does that loses its power. */
import { withAdmin } from '../src/cli/db/admin-server.js'
import { parseBotName } from '../src/cli/db/bot-names.js'
import { createBotDatabase } from '../src/cli/db/create-bot-database.js'
import { dropBotDatabase } from '../src/cli/db/drop-bot-database.js'

const [, , what, bot, last] = process.argv
const dieAfter = (step: string) => {
  if (step === last) process.kill(process.pid, 'SIGKILL')
}

await withAdmin<unknown>(process.env.DATABASE_ADMIN_URL as string, (server) => {
  const names = parseBotName(bot as string)
  if (what === 'drop') return dropBotDatabase(server, names, dieAfter)
  return createBotDatabase(server, names, {
    connectionLimit: 5,
    deliver: async () => undefined,
    onStep: dieAfter,
  })
})
