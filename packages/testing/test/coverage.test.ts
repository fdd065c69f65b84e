/** The table of what is modelled stands in the docs, is made from registry and tests, and is not stale. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { deviations, reasonsForMissing, unmodelledParameters } from '../src/bot-api/deviations.js'
import { knownMethodNames } from '../src/bot-api/known-method-names.js'
import { modelledMethodNames } from '../src/index.js'

const root = fileURLToPath(new URL('.', import.meta.url))
const tests = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts') && path !== 'coverage.test.ts')
  .map((path) => ({ path: path.replaceAll('\\', '/'), text: readFileSync(root + path, 'utf8') }))

/** The test files that call a method. */
function testsOf(method: string): string[] {
  // Names such as setMyName are put together in a loop: `setMy${what}`.
  const assembled = /^([gs]etMy)(Name|Description|ShortDescription)$/.exec(method)
  return tests
    .filter(
      ({ text }) =>
        text.includes(`'${method}'`) || (assembled && text.includes(`\`${assembled[1]}\${what}\``)),
    )
    .map(({ path }) => path)
    .sort()
}

test('every modelled method is called by a test', () => {
  expect(modelledMethodNames.filter((method) => testsOf(method).length === 0)).toEqual([])
})

test('what is not modelled has a reason', () => {
  const missing = knownMethodNames.filter((name) => !modelledMethodNames.includes(name))
  expect(missing.filter((name) => reasonOf(name) === undefined)).toEqual([])
})

test('the table in docs/reference/local-telegram.md is up to date (vitest -u writes it)', async () => {
  await expect(renderTable()).toMatchFileSnapshot('../../../docs/reference/local-telegram.md')
})

function reasonOf(method: string): string | undefined {
  return reasonsForMissing.find(({ names }) => names.test(method))?.reason
}

function renderTable(): string {
  const modelled = [...modelledMethodNames].sort()
  const missing = knownMethodNames.filter((name) => !modelled.includes(name)).sort()
  const rows = modelled.map((name) => `- \`${name}\`: ${testsOf(name).join(', ')}`)
  return `# The local Telegram: what is modelled

Made from the registry of methods and from the tests of \`@hello/testing\`; a test fails when it is stale. Of the
${knownMethodNames.length} methods of Bot API 10.3, ${modelled.length} are modelled. Every object that the tests see is
checked against the schema of the Bot API.

## Modelled

Each with the files of packages/testing/test that call it:

${rows.join('\n')}

## Deliberate deviations

${deviations.map(({ what, instead }) => `- Telegram: ${what}. Here: ${instead}.`).join('\n')}

## Not yet

Each of these methods is refused with \`501 Not Implemented: method … is known to Telegram but not modelled here\`:

${reasonsForMissing
  .map(({ reason }) => {
    const names = missing.filter((name) => reasonOf(name) === reason)
    return `- ${names.map((name) => `\`${name}\``).join(', ')}: ${reason}.`
  })
  .filter((line) => !line.startsWith('- :'))
  .join('\n')}

So are these parameters, wherever they stand: ${unmodelledParameters.map((name) => `\`${name}\``).join(', ')}.
`
}
