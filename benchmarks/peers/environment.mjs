/** What every peer is told, and how it says that it is up. The same for all, so that none does more than its job. */

/** Where things are. `webhookPort` is absent when the peer polls. */
export const environment = {
  token: process.env.BOT_TOKEN,
  apiRoot: process.env.TELEGRAM_API_ROOT,
  databaseUrl: process.env.DATABASE_URL,
  webhookPort: process.env.WEBHOOK_URL && Number(process.env.PORT),
  webhookPath: '/webhook',
  secret: process.env.WEBHOOK_SECRET,
}

/**
 * Tells the benchmark that updates may come, and answers what it asks of the process: its figures, and a profile of a
 * round. Does nothing where no benchmark is the parent.
 *
 * @param {{ idle?: () => Promise<void> }} app `idle` resolves when nothing of what was taken in is left to do
 */
export function ready({ idle = async () => undefined } = {}) {
  if (process.send === undefined) return
  let profiler
  const answers = {
    async figures() {
      await idle()
      const { user, system } = process.cpuUsage()
      return { cpuMicros: user + system, rssBytes: process.memoryUsage.rss() }
    },
    async startProfile() {
      const { startProfiler } = await import('../harness/profiler.mjs')
      profiler = await startProfiler()
      return { isProfiling: true }
    },
    async stopProfile() {
      return { profile: await profiler.stop() }
    },
  }
  process.on('message', async ({ ask }) => {
    if (ask in answers) process.send(await answers[ask]())
  })
  process.on('disconnect', () => process.exit())
  process.send({ ready: true })
}

/** The greeting, as hello-bot says it. */
export const greetingOf = (user, isNew) => {
  const name = user.username || [user.first_name, user.last_name].filter(Boolean).join(' ')
  return isNew ? `Hello, ${name}!` : `Hello again, ${name}!`
}
