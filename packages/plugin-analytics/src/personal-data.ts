/** What analytics keeps of a person: shown to them, and erased where they ask for it. Sums of days stay: nobody can be found in them. */
import type { DatabaseSession, TranslateTo } from '@hello/core'
import type { PersonalData } from '@hello/plugin-users'
import type { texts } from './texts.js'

/** See the file's purpose. */
export function keptOf({ sql }: DatabaseSession, translate: TranslateTo<typeof texts>): PersonalData {
  return {
    async describe({ id }, language) {
      const [kept] = await sql<{ events: number; days: number }>`
        SELECT (SELECT count(*)::int FROM analytics_events WHERE user_id = ${id}) AS events,
          (SELECT count(*)::int FROM analytics_user_days WHERE user_id = ${id}) AS days`
      if (kept === undefined || kept.events + kept.days === 0) return []
      return [translate(language)('kept', kept)]
    },
    // Named, since the row of somebody who is banned stays, and with it what refers to it.
    async erase({ id }) {
      await sql`DELETE FROM analytics_events WHERE user_id = ${id}`
      await sql`DELETE FROM analytics_user_days WHERE user_id = ${id}`
      await sql`DELETE FROM analytics_people WHERE user_id = ${id}`
    },
  }
}
