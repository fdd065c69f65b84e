/** How a bot that runs is ended: by signals, by faults of its plugins, and by its own end. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { configWith, createProject, createSurroundings, startCli, startNode } from './cli.fixture.js'
import { backendsOf } from './lifecycle.fixture.js'

const lifeNotes = `{
  start: () => console.log('plugin started'),
  stop: () => console.log('plugin stopped'),
}`

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s once stops the bot in order, with exit code 0',
  async (signal) => {
    const { env, database } = await createSurroundings()
    const cwd = await createProject({ 'hello.config.js': configWith(lifeNotes) })
    const bot = startCli(['start'], { cwd, env })
    await bot.says(/The bot is running/)
    bot.child.kill(signal)
    expect(await bot.ended).toBe(0)
    expect(bot.output).toMatch(/The bot is stopping[\s\S]*plugin stopped[\s\S]*The bot has stopped/)
    expect(bot.stderr).toBe('')
    await expect.poll(() => backendsOf(database.url), { timeout: 10_000 }).toEqual([])
  },
)

test('an echo of the signal is no second one: npm passes a Ctrl-C on that the terminal sent as well', async () => {
  const { env } = await createSurroundings()
  // By itself, at once: from here it could come later than an echo does.
  const echoing = `{
    start: () => void process.on('SIGINT', () => {
      console.log('told')
      times += 1
      if (times === 1) process.kill(process.pid, 'SIGINT')
    }),
    stop: () => new Promise((resolve) => {
      const look = setInterval(() => {
        if (times < 2) return
        clearInterval(look)
        resolve()
      }, 10)
    }),
  }`
  const cwd = await createProject({ 'hello.config.js': configWith(echoing, undefined, 'let times = 0') })
  const bot = startCli(['start'], { cwd, env })
  await bot.says(/The bot is running/)
  bot.child.kill('SIGINT')
  expect(await bot.ended).toBe(0)
  expect(bot.output.match(/^told$/gm)).toHaveLength(2)
})

test('a second signal, of another kind or later, ends the process at once with exit code 1', async () => {
  const { env } = await createSurroundings()
  const hanging = "{ stop: () => new Promise(() => undefined), drain: () => console.log('draining') }"
  const cwd = await createProject({ 'hello.config.js': configWith(hanging) })
  const bot = startCli(['start'], { cwd, env })
  await bot.says(/The bot is running/)
  bot.child.kill('SIGINT')
  await bot.says(/draining/)
  bot.child.kill('SIGTERM')
  expect(await bot.ended).toBe(1)
})

test.each([
  ['a promise that nobody awaited was rejected', 'Promise.reject(new TypeError("lost"))'],
  ['an error was thrown where nobody could catch it', 'setImmediate(() => { throw new TypeError("lost") })'],
])('where %s, that is told, the bot is stopped in order, and the exit code is 1', async (reason, fault) => {
  const { env, world, database } = await createSurroundings()
  const behaviour = `{
    commands: { fail: { description: 'Fail', handle() { ${fault} } } },
    stop: () => console.log('plugin stopped'),
  }`
  const cwd = await createProject({ 'hello.config.js': configWith(behaviour) })
  const bot = startCli(['start'], { cwd, env })
  await bot.says(/The bot is running/)
  world.createPerson({ firstName: 'Alice' }).sends('/fail')
  expect(await bot.ended).toBe(1)
  expect(bot.stderr).toBe(`The bot stops, because ${reason}.\nError: lost\n`)
  expect(bot.output).toContain('plugin stopped')
  await expect.poll(() => backendsOf(database.url), { timeout: 10_000 }).toEqual([])
})

test('in development a fault is told with the lines of the plugin that it came from', async () => {
  const { env, world } = await createSurroundings()
  const behaviour = `{ commands: { forget: { description: 'Forget', handle(ctx) {
    add(ctx.services.session)
  } } } }`
  const add = 'const add = (session) => session.sql`SELECT pg_sleep(0.2), lost`'
  const cwd = await createProject({ 'hello.config.js': configWith(behaviour, undefined, add) })
  const bot = startCli(['start'], { cwd, env: { ...env, ENVIRONMENT: 'development' } })
  await bot.says(/The bot is running/)
  world.createPerson({ firstName: 'Alice' }).sends('/forget')
  expect(await bot.ended).toBe(1)
  expect(bot.stderr).toMatch(
    /^The bot stops, because a promise that nobody awaited was rejected\.\n.*\n +at add \(.*hello\.config\.js:3:\d+\)\n +at .*handle.*hello\.config\.js:5:\d+\)\n$/,
  )
})

test('after a fault a stop gets 5 seconds', async () => {
  const { env } = await createSurroundings()
  const hanging = `{
    start: () => void setTimeout(() => Promise.reject(new TypeError('lost')), 0),
    stop: () => { console.log('stops at ' + Date.now() + '.'); return new Promise(() => undefined) },
  }`
  const config = configWith(hanging).replace('plugins:', 'stopTimeoutMs: 60_000, plugins:')
  const cwd = await createProject({ 'hello.config.js': config })
  const bot = startCli(['start'], { cwd, env })
  await bot.says(/lost/)
  expect(await bot.ended).toBe(1)
  // The bot's own time: we may hear of it late.
  const stopMs = Date.now() - Number(/stops at (\d+)\./.exec(bot.output)?.[1])
  expect(stopMs).toBeGreaterThan(4_000)
  // Less than stopTimeoutMs.
  expect(stopMs).toBeLessThan(20_000)
})

test('a signal while the bot starts ends the start, with exit code 0 and nothing left', async () => {
  const { env, server, database } = await createSurroundings()
  server.faults.next('getMe', { kind: 'error', errorCode: 502, description: 'Bad Gateway', times: 1_000 })
  const cwd = await createProject({ 'hello.config.js': configWith(lifeNotes) })
  const bot = startCli(['start'], { cwd, env })
  await bot.says(/it is asked again/)
  bot.child.kill('SIGTERM')
  expect(await bot.ended).toBe(0)
  expect(bot.output).not.toContain('plugin started')
  expect(bot.stderr).toBe('')
  await expect.poll(() => backendsOf(database.url), { timeout: 10_000 }).toEqual([])
})

test('a plugin that fails to stop is told, with exit code 1', async () => {
  const { env } = await createSurroundings()
  const cwd = await createProject({
    'hello.config.js': configWith("{ stop() { throw new TypeError('stuck') } }"),
  })
  const bot = startCli(['start'], { cwd, env })
  await bot.says(/The bot is running/)
  bot.child.kill('SIGINT')
  expect(await bot.ended).toBe(1)
  expect(bot.stderr).toBe('PLUGIN_STOP_FAILED: Plugin "only" failed to stop: stuck\n')
})

test('a timer that a plugin forgot does not keep the command alive', async () => {
  const { env } = await createSurroundings()
  const cwd = await createProject({
    'hello.config.js': configWith('{ start: () => void setInterval(() => {}, 1_000) }'),
  })
  const bot = startCli(['start'], { cwd, env })
  await bot.says(/The bot is running/)
  bot.child.kill('SIGINT')
  expect(await bot.ended).toBe(0)
})

test('an app keeps no process alive after its stop', async () => {
  const { env } = await createSurroundings()
  const cwd = await createProject({ 'hello.config.js': configWith(lifeNotes) })
  // Less than any connection that is kept alive would last; the timer itself keeps nothing alive.
  const script = `import app from './hello.config.js'
await app.start()
await app.stop()
console.log('all stopped')
setTimeout(() => console.log('still alive'), 2_000).unref()`
  await writeFile(join(cwd, 'script.js'), script)
  const run = startNode(['script.js'], cwd, env)
  expect(await run.ended).toBe(0)
  expect(run.output).toMatch(/plugin stopped[\s\S]*all stopped/)
  expect(run.output).not.toContain('still alive')
})
