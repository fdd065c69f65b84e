/** Which updates wait for one another on their way to a webhook: those of a chat; callbacks by person. Pure. */

/** The key of an update's lane. A callback may overtake the messages of its chat, as on the real server. */
export function laneOf(update: unknown): string {
  for (const [kind, payload] of Object.entries(update ?? {})) {
    if (kind === 'update_id' || typeof payload !== 'object' || payload === null) continue
    const { chat, from } = payload as { chat?: { id?: unknown }; from?: { id?: unknown } }
    if (kind === 'callback_query') return `callback:${String(from?.id)}`
    if (chat) return `chat:${String(chat.id)}`
    if (from) return `person:${String(from.id)}`
  }
  return 'other'
}
