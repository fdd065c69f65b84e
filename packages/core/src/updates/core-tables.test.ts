/** How the statements of inbox and outbox find their rows. */
import { expect, test } from 'vitest'
import type { RawQuery } from '../database/sequelize-internals.js'
import { openCoreTables } from './core-tables.fixture.js'
import { failRow, selectRows, settleRows, settleRowsAndStore, takeRow } from './inbox-table.js'
import { markAttempted, selectCalls, takeCall, takeCallOf } from './outbox-table.js'

const numbers = ['1', '2', '3']

test.each<[string, RawQuery]>([
  ['selectRows', { ...selectRows, values: [numbers] }],
  ['takeRow', { ...takeRow, values: ['1'] }],
  ['settleRows', { ...settleRows, values: [numbers] }],
  ['settleRowsAndStore', { ...settleRowsAndStore, values: ['1', '[]', numbers] }],
  ['failRow', failRow('1', 'shop', 'broken')],
  ['selectCalls', selectCalls(numbers)],
  ['markAttempted', markAttempted(numbers)],
  ['takeCall', takeCall('1')],
  ['takeCallOf', takeCallOf('1', '7')],
])(
  '%s finds rows by their numbers, and never by the index of what is open: it is full of dead entries',
  async (_, { text, values = [] }) => {
    const { rows } = await openCoreTables()
    await rows(`INSERT INTO hello_inbox (bot_id, update_id, lane, payload, settled_at, outcome)
    SELECT 1, id, 'a', '{}', now(), 'done' FROM generate_series(1, 2000) AS id`)
    await rows(`INSERT INTO hello_outbox (bot_id, chat, method, payload, closed_at, outcome)
    SELECT 1, '7', 'sendMessage', '{}', now(), 'sent' FROM generate_series(1, 2000) AS id`)
    const literals = values.map((value) => (Array.isArray(value) ? `'{${value}}'` : `'${value}'`))
    // The planner sees them when the statement is run.
    const plan = await rows(
      `EXPLAIN ${text.replace(/\$(\d)/g, (_whole, place) => literals[Number(place) - 1] as string)}`,
    )
    const shown = plan.map((row) => row['QUERY PLAN']).join('\n')
    expect(shown).toContain('_pkey')
    expect(shown).not.toMatch(/hello_inbox_unsettled|hello_outbox_open/)
  },
)
