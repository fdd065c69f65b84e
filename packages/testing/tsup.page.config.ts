/** Builds the playground's page into dist/playground: one script with preact in it, one stylesheet, one document. */
import { cpSync } from 'node:fs'
import { defineConfig } from 'tsup'

export default defineConfig({
  entry: { page: 'src/playground/page/main.tsx' },
  outDir: 'dist/playground',
  tsconfig: 'src/playground/page/tsconfig.json',
  format: 'esm',
  platform: 'browser',
  target: 'es2023',
  noExternal: ['preact'],
  minify: true,
  clean: true,
  onSuccess: async () => cpSync('src/playground/page/page.html', 'dist/playground/page.html'),
})
