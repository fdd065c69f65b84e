/** The checks of the pages see what is stale, dead or missing, and nothing else. */
import { expect, test } from 'vitest'
import { fillPage } from './docs-blocks.mjs'
import { checkCodes, errorTables, variableTable } from './docs-codes.mjs'
import { checkLinks } from './docs-links.mjs'
import { speedTable, tableBelow } from './docs-measured.mjs'

const files: Record<string, string> = {
  'docs/examples/a.ts': '/** A. */\nexport const a = 1\n',
  'docs/examples/b.ts': 'class B {\n  // #region inner\n  one() {\n    return 1\n  }\n  // #endregion\n}\n',
}
const fill = (page: string) => fillPage(page, (path: string) => files[path], { list: '- one' })
const block = (source: string, code: string) => `<!-- from ${source} -->\n\n\`\`\`ts\n${code}\n\`\`\``

test('leaves a block alone that is as its file', () => {
  const page = `# Title\n\n${block('docs/examples/a.ts', '/** A. */\nexport const a = 1')}\n\nText.\n`
  expect(fill(page)).toEqual({ page, complaints: [] })
})

test('brings a block up to its file, and a region to the left margin', () => {
  expect(fill(block('docs/examples/a.ts', 'export const a = 2')).page).toContain('const a = 1')
  expect(fill(block('docs/examples/b.ts#inner', 'old')).page).toBe(
    block('docs/examples/b.ts#inner', 'one() {\n  return 1\n}'),
  )
  expect(fill(block('docs/examples/b.ts', 'old')).page).not.toContain('#region')
})

test('fills an empty block, and takes nothing of what stands below it', () => {
  const page = (code: string) =>
    `<!-- from docs/examples/a.ts -->\n\n\`\`\`ts\n${code}\`\`\`\n\nText.\n\n\`\`\`sh\nls\n\`\`\`\n`
  expect(fill(page('')).page).toBe(page('/** A. */\nexport const a = 1\n'))
})

test('fills a generated part', () => {
  const page = '<!-- generated list -->\nold\n<!-- end generated -->'
  expect(fill(page)).toEqual({
    page: '<!-- generated list -->\n\n- one\n\n<!-- end generated -->',
    complaints: [],
  })
})

test.each([
  [block('docs/examples/none.ts', 'a'), 'there is no docs/examples/none.ts'],
  [block('docs/examples/b.ts#other', 'a'), 'there is no docs/examples/b.ts#other'],
  ['<!-- generated other -->\n<!-- end generated -->', 'nothing is generated under the name other'],
  ['```ts\nconst a = 1\n```', 'does not say which file it is from'],
])('complains about %j', (page, complaint) => {
  expect(fill(page).complaints).toEqual([expect.stringContaining(complaint)])
})

test('asks no file of a shell block', () => {
  expect(fill('```sh\nnpm test\n```').complaints).toEqual([])
})

test('finds links that lead nowhere', () => {
  const pages = [
    {
      path: 'docs/a.md',
      text: '# One two\n[x](b.md) [y](b.md#the-end-of-it) [z](#one-two) [w](https://example.org/q) `[v](v.md)`',
    },
    { path: 'docs/b.md', text: '## The end, of `it`\n[up](../README.md) [bad](#nowhere) [gone](c.md#x)' },
  ]
  const exists = (path: string) => ['docs/a.md', 'docs/b.md'].includes(path)
  expect(checkLinks(pages, exists)).toEqual([
    'docs/b.md links to ../README.md, which is not there',
    'docs/b.md links to #nowhere, and docs/b.md has no such heading',
    'docs/b.md links to c.md#x, which is not there',
  ])
})

test('finds addresses of the own machine that would become links', () => {
  const text = 'See http://localhost:4173 then. `http://localhost:1`\n\n```sh\ncurl http://localhost:2\n```\n'
  expect(checkLinks([{ path: 'docs/a.md', text }], () => true)).toEqual([
    'docs/a.md has http://localhost:4173 outside of code: put it into backticks',
  ])
})

test('groups the codes as the source does', () => {
  const source = `export const errorCodes = {\n  // operator: files\n  FILE_GONE: 'It is gone.',\n  // the person at the keyboard: the command line\n  USAGE:\n    'A | B.',\n}`
  const page = errorTables(source, { FILE_GONE: 'It is gone.', USAGE: 'A | B.' })
  expect(page).toContain('## Files, for the operator')
  expect(page).toContain('## The command line, for the person at the keyboard')
  expect(page).toContain('| `FILE_GONE` | It is gone.')
  expect(page).toContain('A \\| B.')
})

test('shows the default of a variable, and that it is secret', () => {
  const rows = variableTable([
    { name: 'PORT', description: 'A port.', default: '80', secret: false },
    { name: 'TOKEN', description: 'A token.', secret: true },
  ]).split('\n')
  expect(rows[2]).toMatch(/^\| `PORT` +\| `80` +\| A port\. +\|$/)
  expect(rows[3]).toMatch(/^\| `TOKEN` +\| – +\| A token\. Secret\. \|$/)
})

test('finds codes that nothing throws and no test provokes', () => {
  const sources = [`/** @throws B_CODE */ throw new E('A_CODE', 'x')`, `throw new E('A_CODE_LONG', 'x')`]
  expect(checkCodes(['A_CODE', 'B_CODE'], sources, ['toMatch(/B_CODE/)'])).toEqual([
    'B_CODE is thrown nowhere',
    'A_CODE is provoked by no test',
  ])
})

test('takes what was measured from where it is recorded', () => {
  const recorded = (updatesPerSecond: Record<string, number | null>) => ({
    date: '2026-01-02',
    machine: '2 × CPU',
    node: '20.19.0',
    summary: { ratios: { updatesPerSecond } },
  })
  expect(speedTable(undefined)).toBe('Nothing is recorded yet.')
  expect(speedTable(recorded({ 'telegraf-pg': null }))).toBe('Nothing is recorded yet.')
  const text = speedTable(recorded({ 'telegraf-pg': 2.345, 'grammy-kysely': 3 }))
  expect(text).toMatch(/\| telegraf, SQL by hand \| 2\.3 ×/)
  expect(text).toMatch(/\| grammY, Kysely +\| 3\.0 ×/)
  expect(text).toContain('2026-01-02, 2 × CPU, Node 20.19.0.')
})

test('takes the first table below a heading', () => {
  const page = '# One\n\n| a |\n| - |\n\n## Two\n\nText.\n\n| b |\n| - |\n| 1 |\n\n| c |\n| - |\n'
  expect(tableBelow(page, 'Two')).toBe('| b |\n| - |\n| 1 |')
  expect(tableBelow(page, 'Three')).toBeUndefined()
})
