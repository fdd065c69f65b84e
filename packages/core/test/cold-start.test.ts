/** What a start loads: an app pays for the libraries that it uses, and for no others. */
import { expect, test } from 'vitest'
import { createProject, createSurroundings, startNode } from './cli.fixture.js'

/** Starts and stops an app in a process of its own, and gives the packages of CommonJS that it has loaded by then. */
async function loadedBy(behaviour: string): Promise<string[]> {
  const { env } = await createSurroundings()
  const script = `
    import { createRequire } from 'node:module'
    import { createApp, defineContract, definePlugin } from '@hello/core'
    const app = createApp({ plugins: [definePlugin(defineContract({ name: 'only' }), ${behaviour})()] })
    await app.start()
    const packages = Object.keys(createRequire(import.meta.url).cache)
      .map((path) => /.*[/\\\\]node_modules[/\\\\]((?:@[^/\\\\]+[/\\\\])?[^/\\\\]+)/.exec(path)?.[1])
    await app.stop()
    console.log('LOADED ' + JSON.stringify([...new Set(packages)]))`
  const cwd = await createProject({ 'script.js': script })
  const run = startNode(['script.js'], cwd, { ...env, ENVIRONMENT: 'test', PORT: '0', LOG_LEVEL: 'silent' })
  const [, list = '[]'] = await run.says(/LOADED (.*)/)
  expect(await run.ended).toBe(0)
  return JSON.parse(list) as string[]
}

test('without routes fastify is not loaded, and with one it is', async () => {
  const without = await loadedBy("{ commands: { hi: { description: 'Hi', handle() {} } } }")
  // What every start needs is in the list, so that the list can be believed.
  expect(without).toContain('pg')
  expect(without.filter((name) => /fastify|openapi/.test(name))).toEqual([])
  const within = await loadedBy("{ routes: (route) => [route.get('/', { handle: () => 'ok' })] }")
  expect(within).toContain('fastify')
  // Nor what no app has asked for.
  expect(within.filter((name) => /cors|swagger/.test(name))).toEqual([])
})
