/** The site. `npm run docs` lays its pages into `pages`, which is not committed, and then builds it. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'
import { anchorOf } from '../../scripts/site/pages.mjs'
import { sections } from './navigation.mjs'

const apiSidebar = fileURLToPath(new URL('pages/api/typedoc-sidebar.json', import.meta.url))
const guides = sections.map(({ text, items }) => ({ text, items }))

export default defineConfig({
  title: 'Hello',
  description: 'A plugin framework for Telegram bots in TypeScript',
  lang: 'en',
  srcDir: '.vitepress/pages',
  // Where the site does not stand at the root of its host.
  base: process.env.DOCS_BASE ?? '/',
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  vite: { build: { chunkSizeWarningLimit: 4000 } },
  markdown: {
    anchor: { slugify: anchorOf },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark' },
    languageAlias: { env: 'ini' },
    config: keepOptionsWhole,
  },
  themeConfig: {
    search: {
      provider: 'local',
      options: {
        _render: renderForSearch,
        // Who searches for a word wants the guide first, and then each of its functions.
        miniSearch: { searchOptions: { boostDocument: (id) => (id.includes('/api/') ? 0.3 : 1) } },
      },
    },
    nav: [
      { text: 'Start', link: '/start' },
      { text: 'Tutorial', link: '/tutorial' },
      { text: 'Guides', link: '/guides/write-a-plugin' },
      { text: 'Reliability', link: '/reliability' },
      { text: 'API', link: '/api/' },
    ],
    sidebar: {
      '/api/': existsSync(apiSidebar) ? apiEntries() : [],
      '/': guides,
    },
    outline: { level: [2, 3] },
    docFooter: { prev: 'Before', next: 'Next' },
  },
})

/** The name of an option, as `--port`, is not broken behind its dashes. */
function keepOptionsWhole(markdown) {
  const { code_inline: render } = markdown.renderer.rules
  markdown.renderer.rules.code_inline = (tokens, index, ...rest) => {
    if (/^-{1,2}\w.{0,22}$/.test(tokens[index].content)) tokens[index].attrJoin('class', 'option')
    return render(tokens, index, ...rest)
  }
}

/** Sources are to be read where a page leads to them, not to be found before the page. */
function renderForSearch(text, env, markdown) {
  const html = markdown.render(text, env)
  return env.frontmatter?.search === false ? '' : html
}

function apiEntries() {
  return [
    { text: 'Back to the guides', link: '/guides/write-a-plugin' },
    ...JSON.parse(readFileSync(apiSidebar, 'utf8')),
  ]
}
