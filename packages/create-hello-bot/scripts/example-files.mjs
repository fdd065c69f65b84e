/** Makes the template `hello` of the example: the same files, as they are outside of this repository. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

/** Tests of what only the repository has: its page is run there, word by word. */
const ofTheRepository = ['test/readme.test.ts']

/** @param {string} example its folder @returns {Record<string, string>} */
export function exampleFiles(example) {
  const files = Object.fromEntries(
    ['src', 'test']
      .flatMap((folder) => filesIn(example, folder))
      .filter((path) => !ofTheRepository.includes(path))
      .map((path) => [path, read(example, path)]),
  )
  for (const [path, text] of Object.entries(files)) files[path] = ownServer(path, text)
  return {
    ...files,
    ...deployFiles(example),
    'hello.config.ts': read(example, 'hello.config.ts'),
    '.env.example': read(example, '.env.example'),
    'README.md': pageOf(read(example, 'README.md')),
    'package.json': manifestOf(JSON.parse(read(example, 'package.json'))),
  }
}

/** Those of a deployment, with the name of the project in place of the example's: several bots share a server. @param {string} example its folder @returns {Record<string, string>} */
export function deployFiles(example) {
  const named = (text) => text.replaceAll(/hello[-_]bot/g, 'hello-bot-template')
  return Object.fromEntries(
    filesIn(example, 'deploy').map((path) => [named(path), named(read(example, path))]),
  )
}

function filesIn(example, folder) {
  return readdirSync(join(example, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(example, join(entry.parentPath, entry.name)).split(sep).join('/'))
}

function read(example, path) {
  return readFileSync(join(example, path), 'utf8')
}

/** Tests of the repository share the server of their run; elsewhere each file has its own, or that of DATABASE_URL. */
function ownServer(path, text) {
  const own = text
    .replaceAll(", { postgresUrl: inject('postgresUrl') }", '')
    .replaceAll(/(?<=import \{.*)\binject, (?=.*\} from 'vitest')/g, '')
  if (/\binject\b/.test(own))
    throw new TypeError(`examples/hello-bot/${path} uses inject in a way that no project can.`)
  return own
}

/** The page of the example without what is true of the repository alone: sentences that name it, and those that link out of the folder. */
function pageOf(page) {
  const kept = page
    .replace(/^# .*$/m, '# hello-bot-template')
    .replace('The example: a bot', 'A bot')
    .replaceAll('made by `npm start`', 'made by `npm run dev`')
    .split('\n')
    .map((line) =>
      line.includes('](../') || line.includes('of the repository') ? withoutSentences(line) : line,
    )
    .join('\n')
  return kept.replace(/^(# .*\n\n.*\n)/, '$1\n<!-- commands -->\n')
}

/** The dots of a link end no sentence. */
function withoutSentences(line) {
  return line
    .split(/(?<=[.!?]) /)
    .filter((sentence) => !sentence.includes('](../') && !sentence.includes('of the repository'))
    .join(' ')
}

function manifestOf({ dependencies, devDependencies, scripts, engines }) {
  const manifest = {
    name: 'hello-bot-template',
    version: '0.1.0',
    private: true,
    type: 'module',
    engines,
    scripts: { ...scripts, check: 'tsc', test: 'vitest run' },
    dependencies,
    devDependencies: sorted({
      ...devDependencies,
      '@types/node': 'catalog:^',
      typescript: 'catalog:^',
      vitest: 'catalog:^',
    }),
  }
  return `${JSON.stringify(manifest, undefined, 2)}\n`
}

function sorted(entries) {
  return Object.fromEntries(Object.entries(entries).sort(([one], [other]) => (one < other ? -1 : 1)))
}
