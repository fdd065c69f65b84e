/** How a real process ends: under load, past its deadline, while it starts, after a fault, and when another program has its updates. */
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { configWith, createProject, createSurroundings, startCli } from './cli.fixture.js'

const contract = `{ name: 'only', migrations: [defineMigration({
  name: '0001-create-effects',
  up: async ({ sql }) => { await sql\`CREATE TABLE effects (update_id bigint)\` },
})] }`
const importing = `
import { existsSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { defineMigration } from '@hello/core'`

/** A bot whose `/work` writes an effect and then does `work`. */
const working = (work: string) =>
  configWith(
    `{ commands: { work: { description: 'Works', async handle(ctx) {
      await ctx.services.session.sql\`INSERT INTO effects VALUES (\${ctx.update.update_id})\`
      ${work}
    } } } }`,
    contract,
    importing,
  )

async function open(config: string) {
  const surroundings = await createSurroundings()
  const cwd = await createProject({ 'hello.config.js': config })
  const client = new pg.Client({ connectionString: surroundings.database.url })
  client.on('error', () => undefined)
  await client.connect()
  onTestFinished(() => client.end())
  return {
    ...surroundings,
    cwd,
    async effects(): Promise<{ all: number; different: number }> {
      const { rows } = await client.query(
        'SELECT count(*)::int AS all, count(DISTINCT update_id)::int AS different FROM effects',
      )
      return rows[0]
    },
  }
}

test('SIGTERM under load: what is under way is finished, Telegram is told, and the exit code is 0', async () => {
  const { cwd, env, world, bot, effects } = await open(working("console.log('working'); await delay(400)"))
  const variables = { ...env, SHUTDOWN_DEADLINE: '25s', DATABASE_POOL_SIZE: '20' }
  const first = startCli(['start'], { cwd, env: variables })
  await first.says(/The bot is running/)
  for (let index = 0; index < 50; index++) world.createPerson({ firstName: `P${index}` }).sends('/work')
  await first.says(/(working[\s\S]*){10}/)
  first.child.kill('SIGTERM')
  // Within its deadline, or it would be 1.
  expect(await first.ended).toBe(0)
  const second = startCli(['start'], { cwd, env: variables })
  await second.says(/The bot is running/)
  await expect.poll(effects, { timeout: 15_000 }).toEqual({ all: 50, different: 50 })
  expect(bot.updates.pending()).toEqual([])
  second.child.kill('SIGTERM')
  expect(await second.ended).toBe(0)
  expect(await effects()).toEqual({ all: 50, different: 50 })
})

test('past its deadline the process ends with exit code 1, and the next start does what was left, once', async () => {
  const { cwd, env, world, effects } = await open(
    working(
      "if (!existsSync('mended')) { writeFileSync('reached', ''); await new Promise(() => setInterval(() => {}, 1000)) }",
    ),
  )
  const variables = { ...env, SHUTDOWN_DEADLINE: '1s' }
  const first = startCli(['start'], { cwd, env: variables })
  await first.says(/The bot is running/)
  world.createPerson({ firstName: 'Alice' }).sends('/work')
  await expect.poll(() => existsSync(join(cwd, 'reached')), { timeout: 10_000 }).toBe(true)
  first.child.kill('SIGTERM')
  const toldAtMs = performance.now()
  expect(await first.ended).toBe(1)
  expect(performance.now() - toldAtMs).toBeLessThan(20_000)
  expect(first.stderr).toMatch(/The stop took longer than SHUTDOWN_DEADLINE: the process ends\./)
  expect(await effects()).toEqual({ all: 0, different: 0 })
  await writeFile(join(cwd, 'mended'), '')
  const second = startCli(['start'], { cwd, env: variables })
  await second.says(/The bot is running/)
  await expect.poll(effects, { timeout: 15_000 }).toEqual({ all: 1, different: 1 })
  second.child.kill('SIGTERM')
  expect(await second.ended).toBe(0)
})

test('SIGTERM while a plugin starts: no later one starts, those that had are stopped, exit code 0', async () => {
  const config = `
import { createApp, defineContract, definePlugin } from '@hello/core'
const first = definePlugin(defineContract({ name: 'first' }), { stop: () => console.log('first stopped') })
const slow = definePlugin(defineContract({ name: 'slow', requires: [first] }), {
  start: () => { console.log('slow starts'); return new Promise((resolve) => setTimeout(resolve, 500)) },
  stop: () => console.log('slow stopped'),
})
const later = definePlugin(defineContract({ name: 'later', requires: [slow] }), { start: () => console.log('later starts') })
export default createApp({ plugins: [first(), slow(), later()] })`
  const { cwd, env } = await open(config)
  const bot = startCli(['start'], { cwd, env })
  await bot.says(/slow starts/)
  bot.child.kill('SIGTERM')
  expect(await bot.ended).toBe(0)
  expect(bot.output).toMatch(/slow stopped[\s\S]*first stopped/)
  expect(bot.output).not.toContain('later starts')
})

test('what a fault says has no secret in it', async () => {
  const {
    cwd,
    env,
    bot: telegramBot,
    world,
  } = await open(
    working(
      "setImmediate(() => { throw new TypeError('lost ' + process.env.BOT_TOKEN + ' ' + process.env.DATABASE_URL) })",
    ),
  )
  const bot = startCli(['start'], { cwd, env })
  await bot.says(/The bot is running/)
  world.createPerson({ firstName: 'Alice' }).sends('/work')
  expect(await bot.ended).toBe(1)
  expect(bot.stderr).toMatch(/lost /)
  expect(bot.output).not.toContain(telegramBot.token)
})

test('a bot whose updates another program takes ends with exit code 1 and says why', async () => {
  const { cwd, env, server, bot: telegramBot } = await open(working(''))
  server.faults.next('getUpdates', {
    kind: 'error',
    errorCode: 409,
    description:
      'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
    times: 1_000,
  })
  const bot = startCli(['start'], { cwd, env: { ...env, CONFLICT_DEADLINE: '1s' } })
  expect(await bot.ended).toBe(1)
  expect(bot.stderr).toMatch(
    /^TELEGRAM_CONFLICT: Telegram has refused every poll for \d+ s .*another program polls/,
  )
  expect(bot.output).not.toContain(telegramBot.token)
})
