/** Refuses a Node that is too old to run Hello, in words and not with the first thing that it lacks. Pure. */
import { UsageError } from '../errors.js'

const oldest = [20, 19] as const

/** @param found as `process.versions.node`. @returns UsageError NODE_VERSION where it is too old */
export function nodeTooOld(found: string): UsageError | undefined {
  const [major = 0, minor = 0] = found.split('.').map(Number)
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return undefined
  return new UsageError(
    'NODE_VERSION',
    `Hello needs Node ${oldest.join('.')} or newer, and this is Node ${found}. Install a newer one: https://nodejs.org`,
  )
}
