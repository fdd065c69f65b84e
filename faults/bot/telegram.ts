/** Local Telegrams in one process that can be stopped as a whole; told by messages of its parent what people are to say, and asked what they have been told. */
import { createWorld, startServer } from '@hello/testing'

const telegrams = await Promise.all(
  Array.from({ length: Number(process.env.TELEGRAMS) }, async () => {
    const world = createWorld()
    const bot = world.createBot({ username: 'hello_faults_bot' })
    const { apiRoot } = await startServer(world, { defaults: { bot } })
    const person = world.createPerson({ firstName: 'Person' })
    let seq = 0
    const say = () => {
      person.sends(String(++seq))
      return { updateId: bot.updates.lastId, chat: person.id, seq }
    }
    const hear = () => person.transcript().flatMap(({ isBot, text }) => (isBot ? [text] : []))
    return { apiRoot, token: bot.token, say, hear }
  }),
)

process.on('message', ({ id, ask }: { id: number; ask: 'say' | 'hear' }) => {
  process.send?.({ id, answer: telegrams.map((telegram) => telegram[ask]()) })
})
// A parent that was killed cannot kill its children.
process.once('disconnect', () => process.exit())
process.send?.({ id: 0, answer: telegrams.map(({ apiRoot, token }) => ({ apiRoot, token })) })
