/** The plugin's tables, step by step. A step that was released is never changed: the next one changes what it made. */
import { defineMigration } from '@hello/core'

const createCounts = defineMigration({
  name: '0001-create-counts',
  async up({ sql }) {
    await sql`CREATE TABLE my_plugin_counts (chat_id bigint PRIMARY KEY, count integer NOT NULL)`
  },
  async down({ sql }) {
    await sql`DROP TABLE my_plugin_counts`
  },
})

export const migrations = [createCounts]
