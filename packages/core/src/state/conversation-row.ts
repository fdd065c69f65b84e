/** How an active conversation is kept: one row for a person in a chat, whichever plugin it is of, so that there is at most one. */
import { z } from 'zod'
import type { StateOwner, StateSource } from '../telegram/state-source.js'
import type { StateKey } from './state-table.js'

/** What is kept of a conversation that waits for an answer. */
export const keptConversation = z.object({
  plugin: z.string(),
  conversation: z.string(),
  step: z.string(),
  /** Tells the buttons of this question from those of any other. */
  token: z.string(),
  data: z.unknown(),
})

/** See {@link keptConversation}. */
export type KeptConversation = z.output<typeof keptConversation>

/** The row of a person in a chat; `undefined` where the update has none. No plugin has a name with an @. */
export function conversationKeyOf({ botId, owner }: StateSource): StateKey | undefined {
  const { chatId, personId }: StateOwner = owner
  if (chatId === undefined || personId === undefined) return undefined
  return { botId, chatId, personId, plugin: '@core', name: 'conversation' }
}
