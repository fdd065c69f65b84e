/** `npm create hello-bot` as it is run: what it makes, and what it refuses without leaving anything behind. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { create, emptyFolder, filesIn } from './create.fixture.js'

const example = fileURLToPath(new URL('../../../examples/hello-bot', import.meta.url))

const read = (...path: string[]) => readFile(join(...path), 'utf8')

describe('what it makes', () => {
  test('hello is the example of the repository, with versions and tests that need nothing of it', async () => {
    const folder = await emptyFolder()
    const made = await create(folder, ['my-bot', '--no-install', '--no-git'])
    expect(made).toMatchObject({
      exitCode: 0,
      output: expect.stringMatching(/cd my-bot\n +npm install\n +npm run dev/),
    })
    const bot = join(folder, 'my-bot')
    const paths = await filesIn(bot)
    const ofExample = [...(await filesIn(join(example, 'src'))).map((name) => `src/${name}`), '.env.example']
    for (const path of ofExample) expect(await read(bot, path), path).toBe(await read(example, path))
    const others = ['.gitignore', 'README.md', 'hello.config.ts', 'tsconfig.json', 'vitest.config.ts']
    expect(paths).toEqual(expect.arrayContaining(others))
    const ofRepository = ['readme.test.ts']
    const tests = (await filesIn(join(example, 'test')))
      .filter((name) => !ofRepository.includes(name))
      .map((name) => `test/${name}`)
    expect(paths.filter((path) => path.startsWith('test/'))).toEqual(tests)
    for (const path of paths)
      expect(await read(bot, path), path).not.toMatch(
        /workspace:|catalog:|\binject\(|hello-bot-template|\]\(\.\./,
      )
    const manifest = JSON.parse(await read(bot, 'package.json'))
    const { version } = JSON.parse(await read(example, '../../packages/core/package.json'))
    expect(manifest).toMatchObject({ name: 'my-bot', dependencies: { '@hello/core': `^${version}` } })
  })

  test('minimal is a bot with one plugin', async () => {
    const folder = await emptyFolder()
    expect((await create(folder, ['.', '-t', 'minimal', '--name', 'small', '--no-install'])).exitCode).toBe(0)
    const paths = await filesIn(folder)
    expect(paths.filter((path) => !path.startsWith('deploy/'))).toEqual([
      '.gitignore',
      'README.md',
      'hello.config.ts',
      'package.json',
      'src/greeting.ts',
      'test/greeting.test.ts',
      'tsconfig.json',
      'vitest.config.ts',
    ])
    expect(JSON.parse(await read(folder, 'package.json')).scripts).toHaveProperty('build')
    expect(await read(folder, 'README.md')).toMatch(/^# small\n/)
  })

  test.each(['hello', 'minimal'])('%s is deployed under its own name, without a scope', async (template) => {
    const folder = await emptyFolder()
    await create(folder, ['.', '-t', template, '--name', '@corner/shopping-bot', '--no-install'])
    const names = await filesIn(join(folder, 'deploy'))
    expect(names).toEqual(
      (await filesIn(join(example, 'deploy')))
        .map((name) => name.replace('hello-bot', 'shopping-bot'))
        .sort(),
    )
    for (const name of names) expect(await read(folder, 'deploy', name), name).not.toMatch(/hello.bot|corner/)
    expect(await read(folder, 'deploy/shopping-bot.service')).toContain('WorkingDirectory=/opt/shopping-bot')
  })

  test('a plugin has its name everywhere: package, contract, factory, table and command', async () => {
    const folder = await emptyFolder()
    const args = ['weather', '-t', 'plugin', '--name', '@acme/hello-plugin-rain-radar', '--no-install']
    expect((await create(folder, args)).exitCode).toBe(0)
    const plugin = join(folder, 'weather')
    for (const path of await filesIn(plugin))
      expect(await read(plugin, path), path).not.toMatch(
        /my-?_?plugin|hello-bot-template|workspace:|catalog:/i,
      )
    const manifest = JSON.parse(await read(plugin, 'package.json'))
    expect(manifest.name).toBe('@acme/hello-plugin-rain-radar')
    expect(Object.keys(manifest.peerDependencies)).toEqual(['@hello/core'])
    expect(manifest.dependencies).toBeUndefined()
    expect(await read(plugin, 'src/plugin.ts')).toMatch(
      /name: 'rain-radar'[\s\S]*const rainRadar =[\s\S]*rain_radar:/,
    )
    expect(await read(plugin, 'src/migrations.ts')).toContain('CREATE TABLE rain_radar_counts')
  })

  test('a package manager is told what it must know, and is the one that runs it', async () => {
    const folder = await emptyFolder()
    const agent = { npm_config_user_agent: 'pnpm/12.21.0 npm/? node/v20.19.0 linux x64' }
    const made = await create(folder, ['one', '--no-install', '--no-git'], agent)
    expect(made.output).toMatch(/pnpm install\n +pnpm dev/)
    expect(await read(folder, 'one', 'pnpm-workspace.yaml')).toMatch(/allowBuilds:\n[\s\S]*"esbuild": true/)
    expect(await read(folder, 'one', 'README.md')).toContain('pnpm dev')
    await create(folder, ['two', '--package-manager', 'yarn', '--no-install', '--no-git'], agent)
    expect(await read(folder, 'two', '.yarnrc.yml')).toContain('nodeLinker: node-modules')
    await create(folder, ['three', '--no-install', '--no-git'])
    expect(JSON.parse(await read(folder, 'three', 'package.json')).allowScripts).toMatchObject({
      esbuild: true,
    })
  })

  test('a git repository is made, but not inside of another', async () => {
    const folder = await emptyFolder()
    await create(folder, ['outer', '-t', 'minimal', '--no-install'])
    expect(await readdir(join(folder, 'outer'))).toContain('.git')
    await create(join(folder, 'outer'), ['inner', '-t', 'minimal', '--no-install'])
    expect(await readdir(join(folder, 'outer', 'inner'))).not.toContain('.git')
    await create(folder, ['none', '-t', 'minimal', '--no-install', '--no-git'])
    expect(await readdir(join(folder, 'none'))).not.toContain('.git')
  })

  test('a folder with a repository and nothing else in it counts as empty', async () => {
    const folder = await emptyFolder()
    await mkdir(join(folder, '.git'))
    expect((await create(folder, ['.', '--name', 'my-bot', '--no-install'])).exitCode).toBe(0)
  })

  test('an installation that fails is told, and the project stays', async () => {
    const folder = await emptyFolder()
    const made = await create(folder, ['my-bot', '-t', 'minimal'], { PATH: folder })
    expect(made.exitCode).toBe(1)
    expect(made.output).toMatch(
      /The project is made, but "npm install" failed \(npm is not on this machine\)/,
    )
    expect(made.output).toContain('No git repository was made')
    expect(await filesIn(join(folder, 'my-bot'))).toContain('package.json')
  })
})

describe('what it refuses', () => {
  test('a folder with files in it, which stay as they are', async () => {
    const folder = await emptyFolder()
    await mkdir(join(folder, 'my-bot'))
    await writeFile(join(folder, 'my-bot', 'notes.txt'), 'mine')
    const refused = await create(folder, ['my-bot', '--no-install'])
    expect(refused.exitCode).toBe(73)
    expect(refused.output).toMatch(/my-bot is not empty \(notes\.txt\)\. Nothing was written\./)
    expect(await filesIn(folder)).toEqual(['my-bot/notes.txt'])
  })

  test('a folder that cannot be: below a file, or with too long a name', async () => {
    const folder = await emptyFolder()
    await writeFile(join(folder, 'file'), 'mine')
    for (const directory of ['file', 'file/my-bot', `new/${'x'.repeat(300)}`]) {
      const refused = await create(folder, [directory, '--name', 'my-bot', '--no-install'])
      expect(refused.exitCode, directory).toBe(73)
      expect(refused.output).not.toMatch(/^ +at /m)
    }
    expect(await readdir(folder)).toEqual(['file'])
  })

  test.each([
    [[], /Say which folder/],
    [['a', 'b'], /One folder can be made at a time, and these are 2: a, b\./],
    [[''], /name of the folder is empty/],
    [['a', '--colour'], /Unknown option '--colour'/],
    [['a', '--template'], /--template.*argument missing/],
    [['a', '--template', 'big'], /There is no template "big"\. The templates: hello, minimal, plugin\./],
    [['a', '-t', 'hello', '--template', 'minimal'], /--template is given twice/],
    [['a', '--package-manager', 'bun'], /takes npm, pnpm, yarn, and not "bun"/],
    [['a', '--name', 'My Bot'], /"My Bot" cannot be the name of an npm package/],
    [['a', '--name', '../up'], /cannot be the name of an npm package/],
    [['new', '--template', 'plugin'], /A plugin cannot be named "new"/],
    [['a', '-t', 'plugin', '--name', '@me/hello-plugin-2x'], /A plugin cannot be named "2x"/],
  ] as const)('the command line %j', async (args, words) => {
    const folder = await emptyFolder()
    const refused = await create(folder, args)
    expect(refused).toEqual({ exitCode: 64, output: expect.stringMatching(words) })
    expect(refused.output).not.toMatch(/^ +at /m)
    expect(await readdir(folder)).toEqual([])
  })

  test('--help and --version make nothing', async () => {
    const folder = await emptyFolder()
    const help = await create(folder, ['--help'])
    expect(help).toMatchObject({ exitCode: 0, output: expect.stringContaining('--no-install') })
    expect(await create(folder, ['-v'])).toEqual({
      exitCode: 0,
      output: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    })
    expect(await readdir(folder)).toEqual([])
  })
})
