/** The version of this core, read from its package.json: in dist and in src alike it lies one folder above. */
import { readFileSync } from 'node:fs'

/** Such as `0.1.0`. */
export const coreVersion: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version
