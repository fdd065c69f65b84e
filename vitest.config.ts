/** How the tests of every package run: on the sources, in parallel, on one PostgreSQL server. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  resolve: {
    // The same as `paths` in tsconfig.json: a test sees the sources, never an old build.
    alias: [
      { find: /^@hello\/core\/(testing)$/, replacement: source('packages/core/src/$1/index.ts') },
      { find: /^@hello\/core\/(models|telegraf)$/, replacement: source('packages/core/src/$1.ts') },
      { find: '@hello/testing/vitest', replacement: source('packages/testing/src/vitest.ts') },
      { find: /^@hello\/(core|testing|plugin-[a-z]+)$/, replacement: source('packages/$1/src/index.ts') },
    ],
  },
  // Models of sequelize-typescript are made by legacy decorators, in files that no package's tsconfig includes as well.
  oxc: { decorator: { legacy: true } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/test/**/*.test.ts',
      'packages/create-hello-bot/templates/*/test/**/*.test.ts',
      'examples/*/test/**/*.test.ts',
      'docs/examples/**/*.test.ts',
      'scripts/**/*.test.ts',
      'benchmarks/**/*.test.ts',
      'faults/**/*.test.ts',
    ],
    globalSetup: ['test/setup/postgres.ts'],
    // These are patience and no promise. A test that starts processes takes 20 s where two cores have other work as well.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // vitest's 1 s is less than such a machine may stand still.
    expect: { poll: { timeout: 10_000 } },
    // At the end every database of the run is dropped, one after the other: vitest's 10 s would leave the last ones behind.
    teardownTimeout: 180_000,
  },
})
