/** How large our own code may be that an entry loads, dependencies apart: compressed, so that it is what an installation fetches. Raise a limit together with the change that needs it. */
const kilobytes = {
  'core/dist/index.js': 115,
  'core/dist/models.js': 2,
  'core/dist/telegraf.js': 1,
  'core/dist/testing/index.js': 120,
  'core/dist/cli/main.js': 65,
  'testing/dist/index.js': 105,
  'testing/dist/vitest.js': 25,
  'plugin-users/dist/index.js': 15,
  'plugin-analytics/dist/index.js': 20,
  'create-hello-bot/dist/cli/main.js': 15,
}

export default Object.entries(kilobytes).map(([entry, limit]) => ({
  name: entry,
  path: `packages/${entry}`,
  limit: `${limit} kB`,
  brotli: false,
  gzip: true,
  modifyEsbuildConfig: (config) => ({
    ...config,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  }),
}))
