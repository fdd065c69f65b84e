/** The conversations of a plugin, as the way of an update takes them. Pure. */
import type { Behaviour } from '../plugin/behaviour.js'
import type { AnyContract } from '../plugin/contract.js'
import { type DefinedConversation, definedConversation } from '../plugin/conversation.js'
import type { KnownConversation } from '../state/known-conversations.js'
import type { ContextPlugin } from '../telegram/context.js'

/** With the plugin that each belongs to. */
export function knownConversations(
  plugin: ContextPlugin & { readonly behaviour: Behaviour<AnyContract> },
): KnownConversation[] {
  return (plugin.behaviour.conversations ?? []).map((conversation) => ({
    plugin,
    conversation,
    defined: definedConversation(conversation) as DefinedConversation,
  }))
}

/** The kinds of update in which answers come; /cancel comes as a message. */
export function conversationKindsOf({ conversations = [] }: Behaviour<AnyContract>): string[] {
  if (conversations.length === 0) return []
  const steps = conversations.flatMap((one) =>
    Object.values((definedConversation(one) as DefinedConversation).definition.steps),
  )
  return ['message', ...steps.map(({ answer }) => answer.update)]
}
