/** Writes `dist/templates`: the templates of this package, and `hello` from the example of the repository, `minimal` with its files of a deployment, each with the versions of this release. */
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deployFiles, exampleFiles } from './example-files.mjs'
import { fillVersions, readVersions } from './template-versions.mjs'

const here = fileURLToPath(new URL('..', import.meta.url))
const root = join(here, '..', '..')
const target = join(here, 'dist', 'templates')
const example = join(root, 'examples', 'hello-bot')
const versions = readVersions(root)

rmSync(target, { recursive: true, force: true })
const commands = readFileSync(join(here, 'templates', 'common', 'commands.md'), 'utf8').trimEnd()
for (const template of ['minimal', 'plugin', 'hello']) {
  const folder = join(target, template)
  for (const name of template === 'hello' ? ['common'] : ['common', template])
    cpSync(join(here, 'templates', name), folder, { recursive: true })
  rmSync(join(folder, 'commands.md'))
  if (template === 'hello') writeFiles(folder, exampleFiles(example))
  if (template === 'minimal') writeFiles(folder, deployFiles(example))
  edit(join(folder, 'README.md'), (page) => page.replace('<!-- commands -->', () => commands))
  edit(join(folder, 'package.json'), (text) => fillVersions(text, versions))
  // Under another name: tools take what is called package.json for a package that is published with this one.
  renameSync(join(folder, 'package.json'), join(folder, 'manifest.json'))
}
writeFileSync(
  join(target, 'install-rules.json'),
  `${JSON.stringify(versions.installRules, undefined, 2)}
`,
)

function writeFiles(folder, files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

function edit(path, change) {
  writeFileSync(path, change(readFileSync(path, 'utf8')))
}
