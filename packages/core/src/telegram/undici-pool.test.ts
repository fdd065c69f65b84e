import { Pool } from 'undici'
import { expect, test } from 'vitest'
import { createPool } from './undici-pool.js'

test('the pool is the one that undici gives out', async () => {
  const pool = createPool('http://127.0.0.1:1', { connections: 1 })
  expect(pool).toBeInstanceOf(Pool)
  await pool.close()
})
