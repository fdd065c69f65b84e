/** The files of a deployment keep what the guide says of them, and the checks find what breaks it. */
import { execFile, execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NginxParser } from 'nginx-conf'
import { expect, onTestFinished, test } from 'vitest'
import { checkCompose, checkDockerfile, checkWorkflow, jobsOf } from './deploy-files.mjs'

const folder = fileURLToPath(new URL('../examples/hello-bot/deploy/', import.meta.url))
const read = (name: string) => readFileSync(join(folder, name), 'utf8')

test('the Dockerfile is one that Docker takes, pinned, in stages, without root and without secrets', () => {
  expect(checkDockerfile(read('Dockerfile'))).toEqual([])
})

test.each([
  [/^USER node$/m, '# USER node', 'runs as root'],
  [/^HEALTHCHECK/m, 'LABEL a=b\n#', 'has no health check'],
  [/node:22\.20\.0-alpine3\.22/, 'node:22', 'node:22 is not pinned to one version'],
  [/^COPY src .*$/m, 'COPY . .', 'COPY . .: copy what is needed by name'],
  [/^ENV /m, 'ENV BOT_TOKEN=1 ', /a secret would stay in the image$/],
  [/^CMD .*$/m, 'CMD start', 'CMD is not in its exec form: a shell would take the signals'],
  [/^WORKDIR/m, 'WORKDIRR', /^line \d+: Unknown instruction: WORKDIRR/],
])('of a Dockerfile with %s as %j it is said', (pattern, replacement, complaint) => {
  const broken = read('Dockerfile').replace(pattern, replacement)
  expect(checkDockerfile(broken)).toContainEqual(
    typeof complaint === 'string' ? complaint : expect.stringMatching(complaint),
  )
})

test.each([
  ['compose.dev.yml', {}],
  ['compose.postgres.yml', { 'postgres-shared': '512M' }],
  ['compose.yml', { bot: '128M' }],
])('%s follows the Compose specification, with the memory of the documents', (name, memory) => {
  expect(checkCompose(read(name), { memory })).toEqual([])
})

test('of a Compose file that is wrong it is said what', () => {
  const broken = read('compose.yml')
    .replace('restart: unless-stopped', 'restarts: always')
    .replace('127.0.0.1:', '0.0.0.0:')
    .replace('memory: 128M', 'memory: 1G')
    .replace('      - shared_network', '      - other_network')
  expect(checkCompose(broken, { memory: { bot: '128M' } })).toEqual([
    '/services/bot must NOT have additional properties',
    'bot may take 1G of memory, not 128M',
    `bot opens 0.0.0.0:\${PORT:-8080}:8080 to the world`,
    'bot is in the network other_network, which is not declared',
  ])
})

test('the bot and the shared server meet in one network, under the name that an address needs', () => {
  for (const name of ['compose.yml', 'compose.postgres.yml'])
    expect(read(name)).toContain('name: vps_shared_network')
  expect(read('compose.postgres.yml')).toMatch(/^ {2}postgres-shared:$/m)
})

test('the workflow is one that GitHub takes, and its jobs wait for each other', async () => {
  expect(await checkWorkflow('deploy.yml', read('github-actions.yml'))).toEqual([])
  expect(jobsOf(read('github-actions.yml'))).toEqual({
    test: undefined,
    build: 'test',
    deploy: 'build',
    verify: 'deploy',
  })
  const broken = read('github-actions.yml').replace('runs-on', 'run-on').replace('checkout@v4', 'checkout')
  expect(await checkWorkflow('deploy.yml', broken)).toEqual([
    expect.stringMatching(/Unexpected value 'run-on'/),
    expect.stringMatching(/runs-on/),
    'actions/checkout has no version',
  ])
})

test('nginx passes the path on as it is, to the port of the Compose file', () => {
  const [upstream, , tls] = nginxOf(read('nginx.conf'))
  expect(directivesOf(upstream)).toEqual(['server 127.0.0.1:8080', 'keepalive 8', 'keepalive_timeout 60s'])
  expect(directivesOf(tls)).toEqual(
    expect.arrayContaining([
      'listen 443 ssl',
      'client_max_body_size 1m',
      'proxy_http_version 1.1',
      'proxy_set_header Connection ""',
    ]),
  )
  const webhook = tls?.children.find(({ name, value }) => name === 'location' && value === '= /webhook')
  // With a path after the address nginx would put it in the place of the one that was asked for.
  expect(directivesOf(webhook)).toEqual([
    'allow 149.154.160.0/20',
    'allow 91.108.4.0/22',
    'deny all',
    'proxy_pass http://hello_bot',
  ])
  expect(() => nginxOf(read('nginx.conf').replace('server {', 'server '))).toThrow()
})

interface Directive {
  name: string
  value: string
  children: Directive[]
}

function nginxOf(text: string): Directive[] {
  let found: Directive[] = []
  new NginxParser().parse(text, (error, tree) => {
    if (error) throw error
    found = (tree as unknown as Directive).children
  })
  return found
}

const directivesOf = (block: Directive | undefined) =>
  block?.children.map(({ name, value }) => `${name} ${value}`)

const systemdAnalyze = find('systemd-analyze')
test.skipIf(systemdAnalyze === undefined)('systemd takes the unit (needs systemd-analyze)', () => {
  // Its programs are where a server has them, and not here.
  const unit = read('hello-bot.service').replaceAll('/usr/bin/node', process.execPath)
  const path = join(temporary(), 'hello-bot.service')
  writeFileSync(path, unit)
  const said = execFileSync(systemdAnalyze as string, ['verify', '--man=no', path], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  expect(said).toBe('')
  writeFileSync(
    path,
    unit.replace('TimeoutStopSec=30s', 'TimeoutStopSec=soon').replace('ExecStart=', 'ExecStart=relative '),
  )
  expect(() =>
    execFileSync(systemdAnalyze as string, ['verify', '--man=no', path], { stdio: 'pipe' }),
  ).toThrow(/hello-bot\.service/)
})

function find(program: string): string | undefined {
  try {
    return execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}

function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'hello-deploy-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Runs deploy.sh with a `docker` that notes what it is asked and answers by rules: `fails` are patterns of what fails. */
async function deploy(
  args: string[],
  {
    env = '',
    fails = [],
    migrated = '',
    state = 'healthy 0',
  }: { env?: string; fails?: string[]; migrated?: string; state?: string } = {},
) {
  const directory = temporary()
  copyFileSync(join(folder, 'deploy.sh'), join(directory, 'deploy.sh'))
  if (env !== '') writeFileSync(join(directory, '.env'), env)
  const docker = join(directory, 'docker')
  const cases = fails.map((pattern) => `case "$asked" in ${pattern}) exit 1;; esac`)
  writeFileSync(
    docker,
    `#!/bin/sh
asked="$IMAGE \${*#compose -f compose.yml }"
asked=$(echo "$asked" | sed 's/compose -f compose.yml //')
echo "$asked" >> ${directory}/asked
case "$asked" in *'migrate up') printf '${migrated}';; *inspect*) echo '${state}';; esac
${cases.join('\n')}
exit 0
`,
    { mode: 0o755 },
  )
  const variables = { PATH: `${directory}:${process.env.PATH}`, DEPLOY_SETTLE_SECONDS: '0' }
  const exitCode = await new Promise<number>((resolve) => {
    execFile('sh', [join(directory, 'deploy.sh'), ...args], { env: variables }, (error) =>
      resolve(error === null ? 0 : Number(error.code)),
    )
  })
  const readIf = (name: string) => {
    try {
      return readFileSync(join(directory, name), 'utf8')
    } catch {
      return ''
    }
  }
  const asked = readIf('asked')
    .split('\n')
    .filter((line) => line !== '' && !/inspect|ps -q/.test(line))
  return { exitCode, asked, env: readIf('.env') }
}

const up = (image: string) => `${image} up -d --wait --wait-timeout 90 bot`
const migrate = (image: string, how = 'up') => `${image} run --rm -T bot migrate ${how}`

test('a deployment fetches, migrates, brings up, and remembers both images', async () => {
  const result = await deploy(['bot:2.0'], {
    env: 'WEBHOOK_URL=x\nIMAGE=bot:1.0\n',
    migrated: 'users/0003-add\\n1 applied.\\n',
  })
  expect(result).toEqual({
    exitCode: 0,
    asked: ['bot:2.0 pull bot', migrate('bot:2.0'), up('bot:2.0')],
    env: 'WEBHOOK_URL=x\nIMAGE=bot:2.0\nPREVIOUS_IMAGE=bot:1.0\nAPPLIED=users/0003-add \n',
  })
})

test.each([
  ['does not get healthy', { fails: ["'bot:2.0 up '*"] }],
  ['is started again and again', { state: 'healthy 3' }],
  ['turns unhealthy', { state: 'unhealthy 0' }],
])('one that %s is taken back, with its migrations', async (_, trouble) => {
  const result = await deploy(['bot:2.0'], {
    env: 'IMAGE=bot:1.0\n',
    migrated: 'users/0003-add\\nusers/0004-more\\n2 applied.\\n',
    ...trouble,
  })
  expect(result.exitCode).toBe(1)
  expect(result.asked).toEqual([
    'bot:2.0 pull bot',
    migrate('bot:2.0'),
    up('bot:2.0'),
    'bot:2.0 logs --tail 50 bot',
    migrate('bot:2.0', 'down --yes'),
    migrate('bot:2.0', 'down --yes'),
    up('bot:1.0'),
  ])
  expect(result.env).toContain('IMAGE=bot:1.0\n')
})

test('what fails before the old one is touched leaves it running', async () => {
  const env = 'IMAGE=bot:1.0\n'
  const notFetched = await deploy(['bot:2.0'], { env, fails: ["*' pull bot'"] })
  expect(notFetched).toEqual({ exitCode: 1, asked: ['bot:2.0 pull bot'], env })
  const notMigrated = await deploy(['bot:2.0'], { env, fails: ["*'migrate up'"] })
  expect(notMigrated).toEqual({ exitCode: 1, asked: ['bot:2.0 pull bot', migrate('bot:2.0')], env })
})

test('where there is no way back it says so and stops what is broken', async () => {
  const first = await deploy(['bot:1.0'], { fails: ["*' up '*"] })
  expect([first.exitCode, first.asked.at(-1)]).toEqual([2, 'bot:1.0 stop bot'])
  const stuck = await deploy(['bot:2.0'], {
    env: 'IMAGE=bot:1.0\n',
    migrated: 'users/0003-add\\n',
    fails: ["*' up '*", "*'down --yes'"],
  })
  expect([stuck.exitCode, stuck.asked.at(-1)]).toEqual([2, migrate('bot:2.0', 'down --yes')])
})

test('--back goes back to what ran before, also later', async () => {
  const result = await deploy(['--back'], {
    env: 'IMAGE=bot:2.0\nPREVIOUS_IMAGE=bot:1.0\nAPPLIED=users/0003-add \n',
  })
  expect(result).toEqual({
    exitCode: 1,
    asked: [migrate('bot:2.0', 'down --yes'), up('bot:1.0')],
    env: 'IMAGE=bot:1.0\nPREVIOUS_IMAGE=\nAPPLIED=\n',
  })
})

test.each(['bot', 'bot:latest', '-x', 'a b:1'])('%j is refused: which version is not said', async (image) => {
  expect(await deploy([image])).toMatchObject({ exitCode: 64, asked: [] })
})
