/** One of two instances: starts, and on a word remembers a person many times at once. */
import { createApp } from '@hello/core'
import { users } from '../src/index.js'

const app = createApp({ plugins: [users()] })
await app.start({ logDestination: { write: () => undefined } })
process.once('message', async ({ telegramId, times }: { telegramId: number; times: number }) => {
  const from = { id: telegramId, is_bot: false, first_name: 'Alice', username: 'alice' }
  const remembered = await Promise.all(
    Array.from({ length: times }, () => app.unit(({ users }) => users.remember(from))),
  )
  process.send?.(remembered.map(({ id, isNew }) => ({ id, isNew })))
  await app.stop()
  process.disconnect()
})
process.send?.('started')
