/** `hello updates`: what failed is found, understood, retried while the bot runs, or given up. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { configWith, createProject, createSurroundings, runCli, startCli } from './cli.fixture.js'

const work = `{
  commands: { work: { description: 'Work', handle: async (ctx) => {
    await ctx.services.session.sql\`SELECT 1\`
    if (!existsSync(process.env.FIXED)) throw new TypeError('no order \\u001b[31m' + process.env.BOT_TOKEN)
    await ctx.outbox.reply('done')
  } } },
}`
const importing = "import { existsSync } from 'node:fs'"

test('a failed update is listed, shown, and handled again while the bot runs', async () => {
  const { env, world, bot: telegramBot } = await createSurroundings()
  const cwd = await createProject({ 'hello.config.js': configWith(work, undefined, importing) })
  const fixed = join(cwd, 'fixed')
  const variables = { ...env, FIXED: fixed, SETTLED_KEPT: '24h' }
  const hello = (...args: string[]) => runCli(['updates', ...args], { cwd, env: variables })

  const bot = startCli(['start'], { cwd, env: variables })
  await bot.says(/The bot is running/)
  const alice = world.createPerson({ firstName: 'Alice' })
  alice.sends('/work for me')
  await bot.says(/An update failed/)

  const listed = await hello('list')
  expect(listed.output).toMatch(
    /^(\d+) {2}failed {2}\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ {2}message of chat:\d+, plugin only\n {4}TypeError: no order \\u001b\[31m\S+\n1 failed\.\n$/,
  )
  const [found] = JSON.parse((await hello('list', '--json')).output)
  expect(found).toMatchObject({ status: 'failed', plugin: 'only', attempts: 1 })
  const id = String(found.updateId)

  const shown = await hello('show', id)
  expect(shown.output).toContain('"text": "/work for me"')
  expect(shown.output).toMatch(/at .*hello\.config\.js/)
  for (const { output } of [listed, shown]) expect(output).not.toContain(telegramBot.token)

  await writeFile(fixed, '')
  const retried = await hello('retry', id)
  expect(retried.output).toMatch(/is handled again: at once where the bot runs.*out of order/)
  await alice.sees('done')
  expect((await hello('list')).output).toBe('No update is failed.\n')
  expect(JSON.parse((await hello('show', id, '--json')).output)).toMatchObject({
    status: 'done',
    attempts: 2,
  })
  bot.child.kill('SIGTERM')
  expect(await bot.ended).toBe(0)
})

test('one is dropped only with --yes, and what cannot be is refused in one line with exit code 64', async () => {
  const { env, world } = await createSurroundings()
  const cwd = await createProject({ 'hello.config.js': configWith(work, undefined, importing) })
  const variables = { ...env, FIXED: join(cwd, 'never') }
  const hello = (...args: string[]) => runCli(['updates', ...args], { cwd, env: variables })
  const none = await hello('list')
  expect([none.exitCode, none.stderr]).toEqual([
    1,
    expect.stringMatching(/^MIGRATION_PENDING: .*hello migrate up/),
  ])
  const bot = startCli(['start'], { cwd, env: variables })
  await bot.says(/The bot is running/)
  for (const firstName of ['Alice', 'Bob']) world.createPerson({ firstName }).sends('/work')
  await bot.says(/An update failed[\s\S]*An update failed/)
  bot.child.kill('SIGTERM')
  await bot.ended

  const page = await hello('list', '--limit', '1')
  expect(page.output).toMatch(/1 failed, and perhaps more: hello updates list --limit 1 --before 2\n$/)
  const second = await hello('list', '--before', '2')
  const id = /^\d+/.exec(second.output)?.[0] as string
  for (const [args, message] of [
    [['drop', id], /^CONFIRM_REQUIRED: Update \d+ \(message, chat:\d+, failed\).*Add --yes/],
    [['show', '999'], /^UPDATE_NOT_FOUND: The inbox of this bot has no update 999\./],
    [['show', 'abc'], /^USAGE: "abc" is no update_id/],
    [['show'], /^USAGE: Not enough non-option arguments/],
    [['list', '--limit', '0'], /^UPDATE_LISTING: .*limit is 0/],
    [['list', '--status', 'broken'], /^USAGE: Invalid values/],
    [[], /^USAGE: Say what to do: hello updates list/],
  ] as const) {
    const refused = await hello(...args)
    expect(refused.stderr).toMatch(message)
    expect(refused.stderr.trim().split('\n')).toHaveLength(1)
    expect(refused.exitCode).toBe(64)
  }
  expect((await hello('drop', id, '--yes')).output).toMatch(/is dropped/)
  expect((await hello('drop', id, '--yes')).stderr).toMatch(/^UPDATE_STATE: Update \d+ is dropped\./)
  expect((await hello('list', '--status', 'dropped')).output).toMatch(new RegExp(`^${id} {2}dropped`))
})

test('where no database is set, those of hello dev are looked after, while it runs and afterwards', async () => {
  const cwd = await createProject({ 'hello.config.js': configWith(work, undefined, importing) })
  const env = { FIXED: join(cwd, 'never') }
  const bot = startCli(['dev'], { cwd, env })
  const [, page] = await bot.says(/Chat with the bot: (http:\/\/127\.0\.0\.1:\d+\/)\n/)
  const headers = { 'content-type': 'application/json' }
  await fetch(`${page}control/say`, { method: 'POST', headers, body: '{"text":"/work"}' })
  await bot.says(/An update failed/)
  const during = await runCli(['updates', 'list', '--json'], { cwd, env })
  expect(during.stderr).toBe('DATABASE_URL is not set: using the database of hello dev\n')
  bot.child.kill('SIGINT')
  expect(await bot.ended).toBe(0)
  const afterwards = await runCli(['updates', 'list'], { cwd, env })
  expect(afterwards.output).toMatch(/^\d+ {2}failed .* plugin only\n.*no order.*\n1 failed\.\n/m)
})
