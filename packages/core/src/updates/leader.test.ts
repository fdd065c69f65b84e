import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'
import { connectClient } from '../database/client.js'
import { createTestDatabase } from '../testing/test-database.js'
import { keepLog, until } from './core-tables.fixture.js'
import { Leader, type LeaderOptions } from './leader.js'
import { callLeader, wakeChannel } from './leader-call.js'

/** Leaders of one bot, and what becomes of them. */
async function openElection() {
  const database = await createTestDatabase({ serverUrl: inject('postgresUrl') })
  const admin = new pg.Client({ connectionString: database.url })
  await admin.connect()
  const leaders: Leader[] = []
  onTestFinished(async () => {
    await Promise.all(leaders.map((leader) => leader.stop()))
    await admin.end()
    await database.drop()
  })
  const events: string[] = []
  const calls: string[] = []
  const log = keepLog()
  const connect = () => connectClient(database.url, { applicationName: 'leader' })
  const stand = (name: string, options: Partial<LeaderOptions> = {}) => {
    const leader = new Leader({
      botId: 1,
      connect,
      onElected: async () => void events.push(`${name} leads`),
      onLost: async () => void events.push(`${name} lost`),
      logger: log.logger,
      retryMs: 10,
      ...options,
    })
    leaders.push(leader)
    return leader
  }
  return {
    events,
    calls,
    log,
    stand,
    call: (botId: number, reason: string) =>
      admin.query({ ...callLeader, values: [wakeChannel(botId), reason] }),
    connect,
    /** Ends the connection that holds the lock. */
    terminate: () =>
      admin.query(
        // Of this database alone: other tests hold locks of theirs on the same server.
        `SELECT pg_terminate_backend(pid) FROM pg_locks
         WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      ),
    /** How many connections the leaders have. */
    async connections() {
      const { rows } = await admin.query(
        `SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = 'leader' AND datname = current_database()`,
      )
      return rows[0].count as number
    },
  }
}

test('one leads, the other stands by and takes over when the first stops', async () => {
  const { stand, events, log } = await openElection()
  const [first, second] = [stand('first'), stand('second')]
  await first.start()
  await second.start()
  expect(events).toEqual(['first leads'])
  expect(log.lines).toEqual(['info: Another instance leads this bot; standing by'])
  await first.stop()
  await until(() => events.length === 2)
  expect(events).toEqual(['first leads', 'second leads'])
})

test('two bots of one database lead beside each other', async () => {
  const { stand, events } = await openElection()
  await stand('first').start()
  await stand('second', { botId: 2 }).start()
  expect(events).toEqual(['first leads', 'second leads'])
})

test('a terminated connection closes the intake before anything else, and another takes over', async () => {
  const { stand, events, terminate } = await openElection()
  let closeIntake = () => {}
  const closed = new Promise<void>((resolve) => {
    closeIntake = resolve
  })
  await stand('first', {
    retryMs: 60_000,
    onLost: async () => {
      await closed
      events.push('first lost')
    },
  }).start()
  const second = stand('second')
  await second.start()
  await terminate()
  closeIntake()
  await until(() => events.length === 3)
  expect(events.toSorted()).toEqual(['first leads', 'first lost', 'second leads'])
})

test('it stands again after its own loss', async () => {
  const { stand, events, terminate, connections } = await openElection()
  await stand('only').start()
  await terminate()
  await until(() => events.length === 3)
  expect(events).toEqual(['only leads', 'only lost', 'only leads'])
  expect(await connections()).toBe(1)
})

test('of the terms that it has lost it keeps nothing, however many they were', async () => {
  const warnings: Error[] = []
  const note = (warning: Error) => warnings.push(warning)
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))
  const { stand, events, terminate } = await openElection()
  await stand('only').start()
  // Node warns of the eleventh listener of one signal.
  for (let term = 1; term <= 12; term++) {
    await terminate()
    await until(() => events.length === 2 * term + 1)
  }
  expect(warnings).toEqual([])
})

test('a lock that is lost while the intake opens closes it at once, and not when it has opened', async () => {
  const { stand, events, terminate } = await openElection()
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const first = stand('first', {
    retryMs: 60_000,
    // A long recovery: what it takes up is handled meanwhile.
    async onElected() {
      events.push('first opens')
      await opened
    },
  })
  void first.start()
  await until(() => events.length === 1)
  await terminate()
  await until(() => events.includes('first lost'))
  open()
  await first.stop()
})

test('an intake that cannot be opened gives the lock back, and is tried again', async () => {
  const { stand, events, connections, log } = await openElection()
  let failures = 2
  const leader = stand('first', {
    async onElected() {
      if (failures-- > 0) throw new Error('getWebhookInfo failed')
      events.push('first leads')
    },
  })
  await leader.start()
  await until(() => events.includes('first leads'))
  expect(events).toEqual(['first lost', 'first lost', 'first leads'])
  expect(log.lines).toContain('warn: This instance could not lead; it is tried again')
  expect(await connections()).toBe(1)
})

test('a database that cannot be reached is tried again', async () => {
  const { stand, events, connect } = await openElection()
  let failures = 2
  await stand('first', {
    connect: async () => {
      if (failures-- > 0) throw new Error('ECONNREFUSED')
      return connect()
    },
  }).start()
  await until(() => events.includes('first leads'))
})

test('a connection that is silent counts as lost', async () => {
  const { stand, events, connect } = await openElection()
  const clients: pg.Client[] = []
  await stand('first', {
    heartbeatMs: 20,
    connect: async () => {
      clients.push(await connect())
      return clients.at(-1) as pg.Client
    },
  }).start()
  // From now on nothing that the server says arrives, as on a network that has forgotten the connection.
  clients[0]?.connection.stream.pause()
  await until(() => events.length >= 3)
  expect(events.slice(0, 3)).toEqual(['first leads', 'first lost', 'first leads'])
})

test('the leader hears who calls it, and who stands by hears nothing', async () => {
  const { stand, calls, events, call } = await openElection()
  const first = stand('first', { onCalled: (reason) => void calls.push(`first ${reason}`) })
  await first.start()
  await stand('second', { onCalled: (reason) => void calls.push(`second ${reason}`) }).start()
  await call(1, 'new')
  await call(2, 'new')
  await call(1, 'again')
  await until(() => calls.length === 2)
  expect(calls).toEqual(['first new', 'first again'])
  await first.stop()
  await until(() => events.includes('second leads'))
  await call(1, 'new')
  await until(() => calls.length === 3)
  expect(calls[2]).toBe('second new')
})

test('a retired leader keeps the lock until it stops, and stands for no other election', async () => {
  const { stand, events, terminate } = await openElection()
  const signals: AbortSignal[] = []
  const first = stand('first', {
    onElected: async (signal) => {
      signals.push(signal)
      events.push('first leads')
    },
  })
  await first.start()
  const second = stand('second')
  await second.start()
  first.retire()
  expect(signals[0]?.aborted).toBe(true)
  expect(events).toEqual(['first leads'])
  await terminate()
  await until(() => events.includes('second leads'))
  await first.stop()
  expect(events.filter((event) => event === 'first leads')).toHaveLength(1)
})

test('it stops in every phase: never started, connecting, being elected, leading, standing by, and twice', async () => {
  const { stand, connections } = await openElection()
  await stand('idle').stop()
  const connecting = stand('connecting')
  void connecting.start()
  await connecting.stop()
  let electedSignal: AbortSignal | undefined
  const electing = stand('electing', {
    onElected: (signal) =>
      new Promise((resolve) => {
        electedSignal = signal
        signal.addEventListener('abort', () => resolve())
      }),
  })
  void electing.start()
  await until(() => electedSignal !== undefined)
  await electing.stop()
  const leading = stand('leading')
  await leading.start()
  const standby = stand('standby')
  await standby.start()
  await Promise.all([standby.stop(), standby.stop()])
  await Promise.all([leading.stop(), leading.stop()])
  await until(async () => (await connections()) === 0)
})
