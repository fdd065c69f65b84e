/** A registry on this machine for the time of a check: it has our packages, and passes on what the registry of npm has. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runServer } from 'verdaccio'
import { pnpm } from '../install.mjs'
import { Failure, run } from '../progress.mjs'
import { root } from '../workspace.mjs'

/**
 * @typedef {object} Registry
 * @property {string} url
 * @property {Record<string, string>} env makes npm take everything from it, and lets npm publish to it
 * @property {(directory: string) => Promise<void>} serve makes npm, pnpm and yarn take our packages from it in a folder,
 *   and all others from where they take them anyway: much faster, since these need not go through it
 * @property {() => Promise<void>} stop
 */

/** Starts an empty one, on a free port of loopback. @returns {Promise<Registry>} */
export async function startRegistry() {
  const home = await mkdtemp(join(tmpdir(), 'hello-registry-'))
  const server = await runServer(await configuration(home))
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${server.address().port}/`
  const token = await signUp(url)
  const npmrc = join(home, 'npmrc')
  await writeFile(npmrc, `registry=${url}\n${url.slice('http:'.length)}:_authToken=${token}\n`)
  return {
    url,
    env: { npm_config_registry: url, npm_config_userconfig: npmrc, ...quiet },
    serve: (directory) => serveScope(directory, url),
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** Whatever npm is set to on this machine is where packages that are not ours come from. */
async function configuration(home) {
  const [registry, proxy, httpsProxy, cafile] = await Promise.all(
    ['registry', 'proxy', 'https-proxy', 'cafile'].map(npmConfig),
  )
  return {
    self_path: join(home, 'verdaccio.yaml'),
    configPath: join(home, 'verdaccio.yaml'),
    storage: join(home, 'storage'),
    web: { enable: false },
    max_body_size: '200mb',
    auth: { htpasswd: { file: join(home, 'htpasswd') } },
    ...(proxy && { http_proxy: proxy }),
    ...(httpsProxy && { https_proxy: httpsProxy }),
    uplinks: {
      npm: {
        url: registry,
        cache: false,
        maxage: '1h',
        timeout: '60s',
        ...(cafile && { ca: await readFile(cafile, 'utf8') }),
      },
    },
    packages: {
      '@hello/*': { access: '$all', publish: '$authenticated' },
      'create-hello-bot': { access: '$all', publish: '$authenticated' },
      'hello-plugin-*': { access: '$all', publish: '$authenticated' },
      '**': { access: '$all', proxy: 'npm' },
    },
    log: { type: 'stderr', format: 'pretty', level: 'fatal' },
  }
}

async function npmConfig(name) {
  const { output } = await run('npm', ['config', 'get', name], {
    cwd: root,
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const value = output.trim()
  return value === 'null' || value === 'undefined' ? '' : value
}

/** Publishing asks for somebody; this is nobody that another registry knows. */
async function signUp(url) {
  const response = await fetch(`${url}-/user/org.couchdb.user:hello`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'hello', password: 'only-on-this-machine' }),
  })
  const { token } = await response.json()
  if (token === undefined)
    throw new Failure(`The local registry signs nobody up (status ${response.status}).`)
  return token
}

const quiet = {
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
}

async function serveScope(directory, url) {
  await writeFile(join(directory, '.npmrc'), `@hello:registry=${url}\naudit=false\nfund=false\n`)
  // yarn from version 2 on reads no .npmrc.
  const yarn = [
    `npmScopes: { hello: { npmRegistryServer: "${url}" } }`,
    'unsafeHttpWhitelist: ["127.0.0.1"]',
    'enableTelemetry: false',
    'nodeLinker: node-modules',
  ]
  await writeFile(join(directory, '.yarnrc.yml'), `${yarn.join('\n')}\n`)
}

/** Publishes every package as a release does. @param {Registry} registry */
export async function publishPackages(registry) {
  const { code, output } = await run(
    'npx',
    ['--yes', '--package', pnpm, '--', 'changeset', 'publish', '--no-git-tag'],
    {
      cwd: root,
      shell: process.platform === 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
      // npx itself takes pnpm from where npm takes everything; only what it runs publishes here.
      env: { ...process.env, ...registry.env, CI: 'true' },
    },
  )
  if (code !== 0) throw new Failure(`${output}\nchangeset publish failed (exit code ${code}).`)
  return output
}
