/** What `onError` of an app is told of what fails beside the handlers of updates. */
import { expect, expectTypeOf, inject, test } from 'vitest'
import { createApp, defineContract, definePlugin, type ErrorReport, HttpError, once } from '../src/index.js'
import { startTestBot } from '../src/testing/index.js'

const breakIn = (place: string) => () => {
  throw new Error(`broken: ${place}`)
}

const shop = definePlugin(defineContract({ name: 'shop' }), {
  commands: {
    order: {
      description: 'Orders',
      handle: async (ctx) => {
        ctx.afterCommit(breakIn('after an update'))
        await ctx.outbox.with({ tag: 'ordered' }).reply('ordered')
      },
    },
  },
  jobs: {
    count: { schedule: once(), retries: 0, run: breakIn('a job') },
    clean: {
      schedule: once(),
      run: async ({ services }) => services.session.afterCommit(breakIn('after a job')),
    },
  },
  events: { 'outbox.sent': breakIn('an event') },
  routes: (route) => [
    route.get('/broken/:id', { handle: breakIn('a route') }),
    route.get('/late', { handle: ({ afterCommit }) => afterCommit(breakIn('after a request')) }),
    route.get('/refused', { handle: () => Promise.reject(new HttpError(404, 'There is none')) }),
  ],
})

test('is told once of each job, request, event and piece of deferred work that failed, and of nothing else', async () => {
  const reports: ErrorReport[] = []
  const app = createApp({ plugins: [shop()], onError: (report) => void reports.push(report) })
  await using bot = await startTestBot(app, { postgresUrl: inject('postgresUrl'), quiet: true })
  const ask = (path: string) => fetch(`${app.addresses.http}${path}`)
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/order')
  await alice.sees('ordered')
  const broken = await ask('/broken/7')
  const late = await ask('/late')
  await ask('/refused')
  await ask('/nowhere')
  await app.unit(async ({ session }) => session.afterCommit(breakIn('after a unit')))
  await expect.poll(() => reports).toHaveLength(7)
  await app.idle()

  const told = (message: string) => reports.filter(({ error }) => (error as Error).message === message)
  const plugin = 'shop'
  expect(told('broken: a job')).toEqual([
    expect.objectContaining({ kind: 'job', reference: 'shop/count', plugin, job: 'count', isRetried: false }),
  ])
  expect(told('broken: a route')).toMatchObject([
    { kind: 'request', reference: broken.headers.get('x-request-id'), plugin, status: 500 },
  ])
  expect(told('broken: a route')).toMatchObject([{ route: 'GET /broken/:id' }])
  expect(told('broken: an event')).toMatchObject([{ kind: 'event', event: 'outbox.sent', plugin }])
  expect(told('broken: after an update')).toMatchObject([
    { kind: 'after-commit', in: 'update', plugin, handler: '/order', chatId: alice.id, personId: alice.id },
  ])
  expect(told('broken: after a job')).toMatchObject([
    { kind: 'after-commit', in: 'job', reference: 'shop/clean', plugin, job: 'clean' },
  ])
  expect(told('broken: after a request')).toMatchObject([
    { kind: 'after-commit', in: 'request', reference: late.headers.get('x-request-id'), plugin },
  ])
  expect(told('broken: after a unit')).toMatchObject([{ kind: 'after-commit', in: 'unit' }])
  expect(reports).toHaveLength(7)
})

test('is waited for by a stop, and what it throws changes nothing', async () => {
  const order: string[] = []
  let drain = () => {}
  const isDraining = new Promise<void>((resolve) => {
    drain = resolve
  })
  const failing = definePlugin(defineContract({ name: 'failing' }), {
    jobs: { once: { schedule: once(), retries: 0, run: breakIn('a job') } },
    drain: async () => drain(),
    stop: async () => void order.push('the plugin stops'),
  })
  const onError = async () => {
    await isDraining
    // Longer than a stop needs for what is left of it.
    await nextTurns(100)
    order.push('onError ends')
    throw new Error('The collector of errors is away')
  }
  const app = createApp({ plugins: [failing()], onError })
  await using bot = await startTestBot(app, { postgresUrl: inject('postgresUrl'), quiet: true })
  await expect.poll(() => bot.log).toContain('A job failed')
  await app.stop()
  expect(order).toEqual(['onError ends', 'the plugin stops'])
  expect(bot.log).toContain('onError of the app failed')
})

test('does not hold up a stop for longer than its deadline', async () => {
  const app = createApp({ plugins: [shop()], onError: () => new Promise(() => {}) })
  const env = { SHUTDOWN_DEADLINE: '500ms' }
  await using bot = await startTestBot(app, { postgresUrl: inject('postgresUrl'), quiet: true, env })
  await expect.poll(() => bot.log).toContain('A job failed')
  await app.stop()
  expect(bot.log).toContain('onError of the app had not ended in time')
})

const nextTurns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate)
}

test('its kind tells what a report has', () => {
  const read = (report: ErrorReport) => {
    expectTypeOf(report.reference).toEqualTypeOf<string | undefined>()
    expectTypeOf(report.plugin).toEqualTypeOf<string | undefined>()
    if (report.kind === 'update') expectTypeOf(report.updateId).toBeNumber()
    if (report.kind === 'job') expectTypeOf(report.isRetried).toBeBoolean()
    if (report.kind === 'request') expectTypeOf(report.status).toBeNumber()
    if (report.kind === 'after-commit' && report.in === 'job') expectTypeOf(report.job).toBeString()
    // @ts-expect-error a job has no update
    if (report.kind === 'job') report.updateId
  }
  expectTypeOf(read).toBeFunction()
})
