/** Pages of the repository become pages of the site: every link of them leads somewhere there. */
import { expect, test } from 'vitest'
import { llmsFullText, llmsText } from './llms.mjs'
import {
  anchorOf,
  checkNavigation,
  folderPage,
  routeOf,
  sourcePage,
  sourceRoute,
  withSiteLinks,
} from './pages.mjs'

const kinds: Record<string, 'file' | 'folder'> = {
  'README.md': 'file',
  'CONTRIBUTING.md': 'file',
  'docs/decisions': 'folder',
  'docs/decisions/README.md': 'file',
  'docs/guides/sending.md': 'file',
  'docs/examples': 'folder',
  'docs/images/one.png': 'file',
  'packages/core/README.md': 'file',
  'packages/core/src/errors.ts': 'file',
}
const linked = (text: string) =>
  withSiteLinks({ path: 'docs/guides/sending.md', text }, (path: string) => kinds[path])

test.each([
  ['README.md', undefined],
  ['docs/start.md', 'start.md'],
  ['docs/guides/sending.md', 'guides/sending.md'],
  ['docs/decisions/README.md', 'decisions/index.md'],
  ['packages/core/README.md', 'packages/core.md'],
  ['CONTRIBUTING.md', 'contributing.md'],
  ['packages/core/src/errors.ts', undefined],
  ['packages/create-hello-bot/templates/minimal/README.md', undefined],
])('%s is the page %s', (path, route) => {
  expect(routeOf(path)).toBe(route)
})

test.each([
  ['../../README.md', '/index.md'],
  ['../../CONTRIBUTING.md', '/contributing.md'],
  ['../decisions', '/decisions/index.md'],
  ['../../packages/core/README.md#tests', '/packages/core.md#tests'],
  ['#the-outbox', '#the-outbox'],
  ['https://example.org/a.md', 'https://example.org/a.md'],
  ['gone.md', '/docs/guides/gone.md'],
])('a link to %s leads to %s, and asks for no source', (link, route) => {
  expect(linked(`[one](${link})`)).toEqual({ text: `[one](${route})`, linked: [] })
})

test('a link to what is no page asks for it to be shown', () => {
  expect(
    linked('[errors](../../packages/core/src/errors.ts) [all](../examples) ![one](../images/one.png)'),
  ).toEqual({
    text: '[errors](/source/packages/core/src/errors.ts.md) [all](/source/docs/examples/index.md) ![one](/images/one.png)',
    linked: ['packages/core/src/errors.ts', 'docs/examples', 'docs/images/one.png'],
  })
})

test('what stands in code is no link', () => {
  const text = '`[one](../../README.md)`\n\n```md\n[one](../../README.md)\n```\n'
  expect(linked(text)).toEqual({ text, linked: [] })
})

test('names that begin with a dot are seen all the same', () => {
  expect(sourceRoute('examples/hello-bot/.env.example', false)).toBe(
    'source/examples/hello-bot/dot-env.example.md',
  )
  expect(folderPage('examples/hello-bot', [{ name: '.env.example', isFolder: false }])).toContain(
    '(/source/examples/hello-bot/dot-env.example.md)',
  )
})

test('a source is shown as it is, fences of its own included', () => {
  expect(sourcePage('scripts/a.mjs', 'const a = 1\n')).toContain('\n```js\nconst a = 1\n```\n')
  expect(sourcePage('a.md', '```sh\nls\n```\n')).toContain('\n````md\n```sh\nls\n```\n````\n')
})

test('anchors are those of GitHub', () => {
  expect(anchorOf('Acting: `POST /control/<action>`, with JSON')).toBe('acting-post-controlaction-with-json')
})

const sections = [
  {
    text: 'Start',
    items: [
      { text: 'One', link: '/one', about: 'the first' },
      { text: 'API', link: '/api/', about: 'all' },
    ],
  },
]

test('every page is found in the navigation, and leads somewhere', () => {
  const paths = ['docs/one.md', 'docs/decisions/001-a.md', 'packages/core/README.md', 'README.md']
  expect(checkNavigation(sections, paths)).toEqual([])
  expect(checkNavigation(sections, [...paths.slice(1), 'docs/two.md'])).toEqual([
    'docs/.vitepress/navigation.mjs names one.md, which is no page',
    'docs/two.md stands in no section of docs/.vitepress/navigation.mjs',
  ])
})

test('llms.txt lists the pages, and llms-full.txt holds them without the API', () => {
  expect(llmsText(sections)).toContain('## Start\n\n- [One](one.html): the first\n- [API](api/): all\n')
  const full = llmsFullText(sections, (route: string) => `# ${route}\n\n<!-- from a.ts -->\n\ntext\n`)
  expect(full).toContain('# one.md\n\ntext\n')
  expect(full).not.toMatch(/api|from a\.ts/)
})
