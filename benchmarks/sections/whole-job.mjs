/** The whole job over real HTTP and a real database, all peers by turns: webhook with 1, 32 and 100 in flight, and polling in batches of 100. */
import { withClient } from '../harness/database.mjs'
import { startPeer } from '../harness/peer.mjs'
import { isDisturbed, measureRounds } from '../harness/rounds.mjs'
import { mediansOf, spreadsOf } from '../harness/statistics.mjs'

const people = 1_000

/** How the job is brought. `polling` has two batches on their way, so that every getUpdates finds a hundred. */
const settings = [
  { name: 'webhook-1', label: 'webhook, 1 in flight', isWebhook: true, inFlight: 1, count: 1_000 },
  { name: 'webhook-32', label: 'webhook, 32 in flight', isWebhook: true, inFlight: 32, count: 4_000 },
  { name: 'webhook-100', label: 'webhook, 100 in flight', isWebhook: true, inFlight: 100, count: 4_000 },
  { name: 'polling', label: 'polling, batches of 100', isWebhook: false, inFlight: 200, count: 4_000 },
]

/** Which settings are measured: those asked for, else one alone in a quick run. */
export function selectSettings({ isQuick, mode, inFlight }) {
  if (mode === undefined && inFlight === undefined) {
    return isQuick ? [{ ...settings[1], count: 1_000 }] : settings
  }
  const isWebhook = mode !== 'polling'
  const known = settings.find(
    (setting) =>
      setting.isWebhook === isWebhook &&
      (inFlight === undefined ? setting.inFlight >= 32 : setting.inFlight === inFlight),
  )
  const asked = known ?? {
    name: `${isWebhook ? 'webhook' : 'polling'}-${inFlight}`,
    label: `${isWebhook ? 'webhook' : 'polling'}, ${inFlight} in flight`,
    isWebhook,
    inFlight,
    count: 4_000,
  }
  return [isQuick ? { ...asked, count: Math.min(asked.count, asked.inFlight < 8 ? 250 : 1_000) } : asked]
}

/**
 * @returns {Promise<{ settings: { name: string, label: string, peers: Record<string, { label: string, medians: object, spreads: object, disturbed: number }> }[] }>}
 */
export async function measureWholeJob({ peers, chosen, rounds, databases, cpuWatch, mayRepeat, say }) {
  const results = []
  for (const isWebhook of [true, false]) {
    const wanted = chosen.filter((setting) => setting.isWebhook === isWebhook)
    if (wanted.length > 0)
      results.push(...(await measureTogether(wanted, { peers, rounds, databases, cpuWatch, mayRepeat, say })))
  }
  return { settings: results }
}

async function measureTogether(wanted, { peers, rounds, databases, cpuWatch, mayRepeat, say }) {
  const running = []
  try {
    for (const peer of peers) {
      const database = await databases.create({ isBare: !peer.isHello })
      const [{ isWebhook }] = wanted
      const started = await startPeer(peer, { databaseUrl: database.url, isWebhook, cpuWatch })
      running.push({ name: peer.name, peer, started, database })
      // The people are known and the code is warm before anything is measured.
      const { inFlight, count } = wanted.at(-1)
      await started.round({ count: Math.max(count, 2 * people), inFlight: Math.max(inFlight, 32), people })
      say(`${peer.name} is warm`)
    }
    const results = []
    for (const setting of wanted)
      results.push(await measureSetting(setting, running, { rounds, mayRepeat, say }))
    for (const one of running) await assertDone(one)
    return results
  } finally {
    for (const { started } of running) await started.stop()
    for (const { database } of running) await database.drop()
  }
}

async function measureSetting({ name, label, inFlight, count }, running, { rounds, mayRepeat, say }) {
  const figures = await measureRounds(running, {
    rounds,
    mayRepeat,
    measure: ({ started }) => started.round({ count, inFlight, people }),
    onRound: (text) => say(`${label}, ${text}`),
  })
  const summaries = running.map(({ peer }) => [
    peer.name,
    { label: peer.label, ...summaryOf(figures.get(peer.name)) },
  ])
  return { name, label, inFlight, count, peers: Object.fromEntries(summaries) }
}

/** Medians and spreads of rounds, and how many of them others disturbed. @param {readonly Record<string, number | undefined>[]} rounds */
export const summaryOf = (rounds) => ({
  medians: mediansOf(rounds),
  spreads: spreadsOf(rounds),
  disturbed: rounds.filter(isDisturbed).length,
})

/** @throws Error: a peer has not done the whole job, so that its figures are of something else. */
async function assertDone({ name, started, database }) {
  const { rows } = await withClient(database.url, (client) =>
    client.query(
      `SELECT (SELECT count(*)::int FROM analytics_events WHERE type = 'greeted' AND user_id IS NOT NULL) AS events,
        (SELECT count(*)::int FROM users) AS users, (SELECT count(*)::int FROM users WHERE first_name ~ ' \\d+ \\d+$') AS renamed`,
    ),
  )
  const [{ events, users, renamed }] = rows
  if (events === started.updates && users === people && renamed > 0) return
  throw new Error(
    `${name} was sent ${started.updates} updates of ${people} people, some with a new name, and has stored ${events} events, ${users} people and ${renamed} new names.`,
  )
}
