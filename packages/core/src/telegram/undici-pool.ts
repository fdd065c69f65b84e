/** The only file that reaches into undici: its pool alone takes half the memory and half the time to load. The version is pinned, and `undici-pool.test.ts` fails when a release changes it. */
import type { Pool } from 'undici'
// @ts-expect-error -- undici gives out no types by path.
import PoolClass from 'undici/lib/dispatcher/pool.js'

/** undici's Pool. */
export function createPool(origin: string, options: Pool.Options): Pool {
  return new (PoolClass as typeof Pool)(origin, options)
}
