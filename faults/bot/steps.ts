/** A plugin with many small migrations that take their time, for rows that kill, break and race them. */
import { defineContract, defineMigration, definePlugin } from '@hello/core'

const stepCount = 12

/** @param kind `broken`: the seventh fails; `concurrent`: a further one builds its index outside of a transaction; anything else: all is well */
export function stepsPlugin(kind: string) {
  const steps = Array.from({ length: stepCount }, (_, index) => {
    const number = String(index + 1).padStart(4, '0')
    return defineMigration({
      name: `${number}-step`,
      async up({ query, sql }) {
        await query(`CREATE TABLE step_${number} (id int PRIMARY KEY, word text NOT NULL DEFAULT 'x')`)
        await query(`INSERT INTO step_${number} SELECT generate_series(1, 20)`)
        await sql`SELECT pg_sleep(0.02)`
        if (kind === 'broken' && index === 6) await sql`SELECT 1 / 0`
        await query(`CREATE INDEX step_${number}_word ON step_${number} (word)`)
      },
    })
  })
  const concurrent = defineMigration({
    name: '0099-index-concurrently',
    transactional: false,
    up: ({ sql }) => sql`CREATE INDEX CONCURRENTLY IF NOT EXISTS step_late ON step_0001 (word, id)`,
  })
  const migrations = kind === 'concurrent' ? [...steps, concurrent] : steps
  return definePlugin(defineContract({ name: 'steps', migrations }), {})
}
