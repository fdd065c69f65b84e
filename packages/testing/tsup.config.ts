import { cpSync } from 'node:fs'
import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/index.ts', 'src/vitest.ts', 'src/cli/main.ts'],
  format: 'esm',
  target: 'node20',
  dts: true,
  sourcemap: true,
  clean: true,
  // The page stands beside its module: src/playground.ts reads src/playground/, dist/index.js dist/playground/.
  onSuccess: async () => cpSync('src/playground', 'dist/playground', { recursive: true }),
})
