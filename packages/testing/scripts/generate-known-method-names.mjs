/** Writes src/bot-api/known-method-names.ts from the types of @gramio/types. Run it after changing that version. */
import { readFileSync, writeFileSync } from 'node:fs'

const source = readFileSync(
  new URL('../node_modules/@gramio/types/out/methods.d.ts', import.meta.url),
  'utf8',
)
const version = /Based on Bot API v([\d.]+)/.exec(source)?.[1]
const body = source.slice(source.indexOf('export interface APIMethods'))
const names = [...body.matchAll(/^ {4}([a-zA-Z]+):/gm)].map((match) => match[1])
const lines = names.map((name) => `  '${name}',`).join('\n')
writeFileSync(
  new URL('../src/bot-api/known-method-names.ts', import.meta.url),
  `/** The methods of Bot API ${version}. Written by scripts/generate-known-method-names.mjs: do not edit. */\n\n` +
    `/** Every method that Telegram knows, by its exact name. */\nexport const knownMethodNames = [\n${lines}\n] as const\n`,
)
