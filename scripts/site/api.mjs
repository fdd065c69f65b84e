/** The API reference: a page for each export of each package, written by typedoc from TSDoc. */
import { join } from 'node:path'
import { Application, Converter, Logger, LogLevel } from 'typedoc'
import { Failure } from '../progress.mjs'
import { root } from '../workspace.mjs'

/** What people import, and the file that it is. */
const entryPoints = {
  '@hello/core': 'packages/core/src/index.ts',
  '@hello/core/models': 'packages/core/src/models.ts',
  '@hello/core/telegraf': 'packages/core/src/telegraf.ts',
  '@hello/core/testing': 'packages/core/src/testing/index.ts',
  '@hello/plugin-analytics': 'packages/plugin-analytics/src/index.ts',
  '@hello/plugin-users': 'packages/plugin-users/src/index.ts',
  '@hello/testing': 'packages/testing/src/index.ts',
  '@hello/testing/vitest': 'packages/testing/src/vitest.ts',
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
    entryPoints: Object.values(entryPoints).map((path) => join(root, path)),
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
    const name = names.find((one) => file?.fileName?.endsWith(`/${entryPoints[one]}`))
    if (name !== undefined && reflection.parent === context.project) reflection.name = name
  })
  const project = await app.convert()
  if (project === undefined) throw new Failure('typedoc could not read the packages; see above.')
  return project
}
