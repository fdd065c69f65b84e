/** A bot whose role may change rows but no tables: another role has made them. */
import { expect, onTestFinished, test } from 'vitest'
import { configWith, createProject, createSurroundings, runCli, startCli } from './cli.fixture.js'
import { queryOnce, startSharedServer } from './support/shared-server.js'

const counting = `{
  commands: {
    count: {
      description: 'Count',
      async handle(ctx) {
        const { sql } = ctx.services.session
        const [row] = await sql\`INSERT INTO counting_presses DEFAULT VALUES RETURNING id\`
        await ctx.outbox.reply('Number ' + row.id)
      },
    },
  },
}`
const contract = `{ name: 'counting', migrations: [defineMigration({
  name: '0001-create-presses',
  up: ({ sql }) => sql\`CREATE TABLE counting_presses (id serial PRIMARY KEY)\`,
})] }`

/** As the guide says: two roles of one database. */
async function createRoles() {
  const server = await startSharedServer()
  onTestFinished(() => server.stop())
  await queryOnce(server.url, `CREATE ROLE owner LOGIN PASSWORD 'of the owner'`)
  await queryOnce(server.url, `CREATE ROLE runtime LOGIN PASSWORD 'of the bot'`)
  await queryOnce(server.url, 'CREATE DATABASE counting OWNER owner')
  const urlOf = (role: string, password: string) =>
    Object.assign(new URL(server.url), { username: role, password, pathname: '/counting' }).href
  const ownerUrl = urlOf('owner', 'of the owner')
  await queryOnce(
    ownerUrl,
    `ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO runtime;
    ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO runtime`,
  )
  return { ownerUrl, runtimeUrl: urlOf('runtime', 'of the bot') }
}

test('the owner migrates, and the bot runs as a role that cannot', async () => {
  const [{ env, world }, { ownerUrl, runtimeUrl }] = await Promise.all([createSurroundings(), createRoles()])
  const cwd = await createProject({
    'hello.config.js': configWith(counting, contract, `import { defineMigration } from '@hello/core'`),
  })
  const runtimeEnv = { ...env, DATABASE_URL: runtimeUrl, MIGRATE: 'check' }
  const refused = await runCli(['migrate', 'up'], { cwd, env: runtimeEnv })
  expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('DB_FORBIDDEN') })
  const migrated = await runCli(['migrate', 'up'], { cwd, env: { ...env, DATABASE_URL: ownerUrl } })
  expect(migrated).toMatchObject({ exitCode: 0 })

  const bot = startCli(['start'], { cwd, env: runtimeEnv })
  await bot.says(/The bot is running/)
  const alice = world.createPerson({ firstName: 'Alice' })
  alice.sends('/count')
  await alice.sees('Number 1')
  bot.child.kill('SIGTERM')
  expect(await bot.ended).toBe(0)
  await expect(queryOnce(runtimeUrl, 'DROP TABLE hello_inbox')).rejects.toMatchObject({ code: '42501' })
})
