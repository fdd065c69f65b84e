/** How often each chat has asked: the plugin's one table. */
import type { DatabaseSession } from '@hello/core'

/** A service of each update: its queries run in the update's transaction. */
export class Counts {
  readonly #session: DatabaseSession

  constructor({ session }: { session: DatabaseSession }) {
    this.#session = session
  }

  /** Counts one more. @returns how often it has been now, this time included */
  async add(chatId: number): Promise<number> {
    const [row] = await this.#session.sql<{ count: number }>`
      INSERT INTO my_plugin_counts (chat_id, count) VALUES (${chatId}, 1)
      ON CONFLICT (chat_id) DO UPDATE SET count = my_plugin_counts.count + 1
      RETURNING count`
    return row?.count ?? 0
  }
}
