import { createApp, defineContract, definePlugin } from '@hello/core'
import { startTestBot } from '@hello/core/testing'
import { expect, inject, test } from 'vitest'
import { collectIn } from './collect-errors.js'

test('what failed arrives with its place', async () => {
  const captured: unknown[] = []
  const fragile = definePlugin(defineContract({ name: 'fragile' }), {
    commands: {
      fail: {
        description: 'Fails',
        handle: () => {
          throw new Error('It broke')
        },
      },
    },
    routes: (route) => [route.get('/fail', { handle: () => Promise.reject(new Error('It broke too')) })],
  })
  const captureException = (error: unknown, { tags }: { tags: object }) => void captured.push([error, tags])
  const app = createApp({ plugins: [fragile()], onError: collectIn({ captureException }) })
  await using bot = await startTestBot(app, { postgresUrl: inject('postgresUrl'), quiet: true })
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/fail')
  await alice.sees(/^Sorry/)
  await fetch(`${app.addresses.http}/fail`)
  await app.idle()
  const reference = expect.any(String)
  expect(captured).toEqual([
    [new Error('It broke'), { kind: 'update', plugin: 'fragile', reference, place: '/fail' }],
    [new Error('It broke too'), { kind: 'request', plugin: 'fragile', reference, place: 'GET /fail' }],
  ])
})
