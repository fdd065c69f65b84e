/** The API reference: a page for each export of each package, written by typedoc from TSDoc. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Application, Comment, Converter, Logger, LogLevel } from 'typedoc'
import { Failure } from '../progress.mjs'
import { root } from '../workspace.mjs'

/** What people import: the file that it is, and what its page says of it. */
const entryPoints = {
  '@hello/core': {
    path: 'packages/core/src/index.ts',
    about:
      'What a bot and its plugins are made of: contracts, behaviours, contexts, services, state, outbox, errors.',
  },
  '@hello/core/models': {
    path: 'packages/core/src/models.ts',
    about: 'Models of Sequelize for tables of plugins. Not needed where SQL is enough.',
  },
  '@hello/core/telegraf': {
    path: 'packages/core/src/telegraf.ts',
    about:
      'What telegraf exports (Markup, Input, filters, scenes, types of Telegram), in the one copy that core uses. Its own documentation says what each is.',
  },
  '@hello/core/testing': {
    path: 'packages/core/src/testing/index.ts',
    about: 'For tests: an app with a Telegram and a database of its own, and what every plugin is held to.',
  },
  '@hello/plugin-analytics': {
    path: 'packages/plugin-analytics/src/index.ts',
    about: 'The analytics plugin: events, questions, pictures.',
  },
  '@hello/plugin-users': {
    path: 'packages/plugin-users/src/index.ts',
    about: 'The users plugin: people, roles, bans, referrals, erasure.',
  },
  '@hello/testing': {
    path: 'packages/testing/src/index.ts',
    about: 'The local Telegram: people, groups, the Bot API and the playground, for bots of any framework.',
  },
  '@hello/testing/vitest': {
    path: 'packages/testing/src/vitest.ts',
    about: 'Matchers for vitest: toSee, toSeeButton, toHaveCalled.',
  },
}

/**
 * Writes the pages, and `typedoc-sidebar.json` beside them.
 *
 * @param {string} docsRoot root of the site's pages
 * @param {string} out folder below it
 */
export async function writeApi(docsRoot, out) {
  const app = await createApplication({
    out,
    docsRoot,
    plugin: ['typedoc-plugin-markdown', 'typedoc-vitepress-theme'],
    sidebar: { collapsed: true },
    hideBreadcrumbs: true,
    useCodeBlocks: true,
    expandObjects: true,
    indexFormat: 'table',
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    pageTitleTemplates: { member: '{name}', module: '{name}', index: 'API' },
    tableColumnSettings: {
      hideSources: true,
      hideInherited: true,
      hideOverrides: true,
      leftAlignHeaders: true,
    },
  })
  await app.generateOutputs(await convert(app))
  if (app.logger.hasErrors()) throw new Failure('The API reference could not be written; see above.')
  openIndex(join(out, 'index.md'))
}

/** The first page says what the list is, and leads no further than it does. */
function openIndex(path) {
  const list = readFileSync(path, 'utf8').replace(
    '## Modules',
    'Every export of every package, from its comments in the source. A name that is not here may change.',
  )
  writeFileSync(path, `---\nnext: false\n---\n\n${list}`)
}

/** Made from telegraf's own, one by one, with their arguments. */
const repliesOfTelegraf = [
  'Animation',
  'Audio',
  'ChatAction',
  'Contact',
  'Dice',
  'Document',
  'Game',
  'Invoice',
  'Location',
  'MediaGroup',
  'Photo',
  'Poll',
  'Quiz',
  'Sticker',
  'Venue',
  'Video',
  'VideoNote',
  'Voice',
]

/** @param {Record<string, unknown>} options */
function createApplication(options) {
  return Application.bootstrapWithPlugins({
    name: 'API',
    readme: 'none',
    entryPoints: Object.values(entryPoints).map(({ path }) => join(root, path)),
    tsconfig: join(root, 'tsconfig.json'),
    // `npm run check` has looked at the types already.
    skipErrorChecking: true,
    // Without it, all of Sequelize's Model would be copied into ours.
    excludeExternals: true,
    excludePrivate: true,
    excludeInternal: true,
    disableSources: true,
    validation: { notExported: false, invalidLink: true, rewrittenLink: true, notDocumented: true },
    intentionallyNotDocumented: repliesOfTelegraf.map((kind) => `@hello/core.Outbox.replyWith${kind}`),
    requiredToBeDocumented: ['Class', 'Enum', 'Function', 'Interface', 'TypeAlias', 'Variable'],
    logLevel: LogLevel.Warn,
    ...options,
  })
}

/** Exports that have no docstring, and docstrings that name what is not there. @returns {Promise<string[]>} */
export async function checkDocstrings() {
  const app = await createApplication({})
  const logger = new CollectingLogger()
  app.logger = logger
  app.validate(await convert(app))
  return logger.complaints
}

class CollectingLogger extends Logger {
  complaints = []

  log(message, level) {
    if (level >= LogLevel.Warn) this.complaints.push(message)
  }
}

/** What the packages export, each named as people import it. @param {Application} app */
async function convert(app) {
  const names = Object.keys(entryPoints)
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
    const [file] = context.getSymbolFromReflection?.(reflection)?.declarations ?? []
    const name = names.find((one) => file?.fileName?.endsWith(`/${entryPoints[one].path}`))
    if (name === undefined || reflection.parent !== context.project) return
    reflection.name = name
    reflection.comment = new Comment([{ kind: 'text', text: entryPoints[name].about }])
  })
  const project = await app.convert()
  if (project === undefined) throw new Failure('typedoc could not read the packages; see above.')
  return project
}
