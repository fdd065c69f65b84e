/** What a newcomer types, from `npm create` on, with the packages as they are published. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Failure, step } from '../progress.mjs'
import { talk } from './chat.mjs'
import { openTerminal } from './terminal.mjs'

const databaseProgram = `import { startTestServer } from '@hello/core/testing'
const server = await startTestServer()
console.log(server.url)
const alive = setInterval(() => {}, 60_000)
process.once('SIGINT', () => server.stop().finally(() => clearInterval(alive)))
`

/**
 * A bot: made, installed, type-checked, tested, talked to, its schema changed and changed back, run as in production.
 *
 * @param {import('./registry.mjs').Registry} registry
 * @param {string} folder an empty one
 */
export async function runBotSession(registry, folder) {
  const home = openTerminal(folder)
  await step('npm create hello-bot', () => create(home, registry, 'my-bot', '--no-install'))
  const directory = join(folder, 'my-bot')
  await registry.serve(directory)
  const terminal = openTerminal(directory)
  await step('npm install', () => terminal.type('npm', 'install'))
  await step('npm run check', () => terminal.type('npm', 'run', 'check'))
  await step('npm test', () => terminal.type('npm', 'test'))
  await step('npm run dev, /start', () => chatInDevelopment(terminal, '/start', /Hello, /))
  const services = await startServices(directory, terminal)
  try {
    const operator = openTerminal(directory, services.env)
    await step('hello migrate: there, and back', () => changeSchema(directory, operator))
    await step('npm start, /start', () => chatInProduction(operator, services.apiRoot))
  } finally {
    await services.stop()
  }
}

/** A plugin: made, type-checked, tested, published, and put into a bot. */
export async function runPluginSession(registry, folder) {
  const home = openTerminal(folder)
  await step('npm create hello-bot, a plugin', () =>
    create(home, registry, 'hello-plugin-weather', '--template', 'plugin', '--no-install'),
  )
  const plugin = join(folder, 'hello-plugin-weather')
  await registry.serve(plugin)
  const author = openTerminal(plugin)
  await step('npm install', () => author.type('npm', 'install'))
  await step('npm run check', () => author.type('npm', 'run', 'check'))
  await step('npm test', () => author.type('npm', 'test'))
  await step('npm publish', () => openTerminal(plugin, registry.env).type('npm', 'publish'))
  await step('npm create hello-bot, minimal', () =>
    create(openTerminal(folder, registry.env), registry, 'small-bot', '--template', 'minimal'),
  )
  const bot = join(folder, 'small-bot')
  const terminal = openTerminal(bot, registry.env)
  await step('npm install of the plugin', () => terminal.type('npm', 'install', 'hello-plugin-weather'))
  await edit(join(bot, 'hello.config.ts'), (text) =>
    text
      .replace("from '@hello/core'\n", "from '@hello/core'\nimport { weather } from 'hello-plugin-weather'\n")
      .replace('[greeting()]', '[greeting(), weather()]'),
  )
  await step('npm run check', () => terminal.type('npm', 'run', 'check'))
  await step('npm test', () => terminal.type('npm', 'test'))
  await step('npm run dev, /weather', () => chatInDevelopment(terminal, '/weather', /Asked: 1/))
}

/** Makes a project with `create-hello-bot` as it is published. */
export function create(terminal, registry, ...args) {
  return terminal.type(
    'npm',
    'create',
    '--yes',
    'hello-bot@latest',
    '--registry',
    registry.url,
    '--',
    ...args,
  )
}

async function chatInDevelopment(terminal, text, answer) {
  const bot = terminal.start('npm', 'run', 'dev', '--', '--port', '0')
  try {
    const [, page] = await bot.says(/Chat with the bot: (\S+)/)
    await talk(page, text, answer)
  } finally {
    await bot.stop()
  }
}

/** All tables, then a migration that a developer writes, undone and applied again. */
async function changeSchema(directory, { type }) {
  await type('npx', 'hello', 'migrate', 'up')
  const [, path] = /^(\S+) is written/m.exec(
    await type('npx', 'hello', 'migrate', 'create', 'morning', 'add-note'),
  )
  await edit(join(directory, path), (text) =>
    text
      .replaceAll(/morning_…/g, 'morning_chats')
      .replaceAll('COLUMN …', 'COLUMN note text')
      .replace('DROP COLUMN note text', 'DROP COLUMN note'),
  )
  await type('npm', 'run', 'check')
  for (const args of [['up'], ['down', '--yes'], ['up']]) {
    const said = await type('npx', 'hello', 'migrate', ...args)
    if (!said.includes('morning/0002-add-note'))
      throw new Failure(`hello migrate ${args.join(' ')} said:\n${said}`)
  }
  await type('npx', 'hello', 'migrate', 'status')
}

/** A Telegram and a PostgreSQL that stand for the real ones. */
export async function startServices(directory, terminal) {
  await mkdir(join(directory, '.hello'), { recursive: true })
  const program = join(directory, '.hello', 'server.mjs')
  await writeFile(program, databaseProgram)
  const database = terminal.start('node', program)
  const telegram = terminal.start('npx', 'hello-telegram')
  const stop = () => Promise.all([telegram.stop(), database.stop()])
  try {
    const [, url] = await database.says(/(postgres\S+)/)
    const [line] = await telegram.says(/\{.*\}/)
    const { apiRoot, token } = JSON.parse(line)
    const env = {
      BOT_TOKEN: token,
      DATABASE_URL: url,
      TELEGRAM_API_ROOT: apiRoot,
      HEALTH_PORT: 'off',
      PORT: await freePort(),
    }
    return { env, apiRoot, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function chatInProduction(operator, apiRoot) {
  const bot = operator.start('npm', 'start')
  try {
    await bot.says(/running/i)
    await talk(apiRoot, '/start', /Hello, /)
  } finally {
    await bot.stop()
  }
}

/** A port that nobody has now. In production a bot takes no 0 for any. */
export async function freePort() {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return String(port)
}

async function edit(path, change) {
  await writeFile(path, change(await readFile(path, 'utf8')))
}
