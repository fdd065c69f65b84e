/** What every peer is told, and how it says that it is up. The same for all, so that none does more than its job. */

/** Where things are. `webhookPort` is absent when the peer polls. */
export const environment = {
  token: process.env.BOT_TOKEN,
  apiRoot: process.env.TELEGRAM_API_ROOT,
  databaseUrl: process.env.DATABASE_URL,
  webhookPort: process.env.WEBHOOK_URL && Number(new URL(process.env.WEBHOOK_URL).port),
  webhookPath: '/webhook',
  secret: process.env.WEBHOOK_SECRET,
}

/** Tells the benchmark that updates may come, and answers what it asks of the process. */
export function ready() {
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send({ cpuMicros: user + system, rssBytes: process.memoryUsage.rss() })
  })
  process.on('disconnect', () => process.exit())
  process.send({ ready: true })
}

/** The greeting, as hello-bot says it. */
export const greetingOf = (user, isNew) => {
  const name = user.username || [user.first_name, user.last_name].filter(Boolean).join(' ')
  return isNew ? `Hello, ${name}!` : `Hello again, ${name}!`
}
