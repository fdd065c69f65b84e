/** The versions that this repository pins, for those who are to use the same. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { root } from '../workspace.mjs'

/** @param {string[]} names @returns {Record<string, string>} */
export function readVersionsOf(names) {
  const { catalog } = parse(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8'))
  return Object.fromEntries(names.map((name) => [name, catalog[name]]))
}
