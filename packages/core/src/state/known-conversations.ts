/** The conversations that an app's plugins have, and what is read of one that waits. No I/O. */
import { z } from 'zod'
import { conversationUnknown, type DefinedConversation } from '../plugin/conversation.js'
import type { ContextPlugin } from '../telegram/context.js'
import { type KeptConversation, keptConversation } from './conversation-row.js'
import { faultsOf } from './kept-json.js'
import type { StateKey } from './state-table.js'

/** A conversation and the plugin that it belongs to. */
export interface KnownConversation {
  readonly plugin: ContextPlugin
  readonly conversation: object
  readonly defined: DefinedConversation
}

/** A question that is being asked or answered. */
export interface Frame {
  readonly known: KnownConversation
  readonly key: StateKey
  readonly step: string
  readonly token: string
  readonly data: unknown
}

/** Why a conversation cannot go on, as a sentence. */
export interface Lost {
  readonly lost: string
  readonly known?: KnownConversation
}

/** See the file's purpose. */
export class KnownConversations {
  readonly #byDefinition: ReadonlyMap<object, KnownConversation>
  readonly #byName: ReadonlyMap<string, KnownConversation>

  constructor(known: readonly KnownConversation[]) {
    this.#byDefinition = new Map(known.map((one) => [one.conversation, one]))
    this.#byName = new Map(known.map((one) => [nameOf(one.plugin.name, one.defined.name), one]))
  }

  /** @throws PluginError CONVERSATION_UNKNOWN */
  require(conversation: object): KnownConversation {
    const known = this.#byDefinition.get(conversation)
    if (known === undefined) throw conversationUnknown((conversation as { name: string }).name)
    return known
  }

  /** `undefined` where the plugin, or its conversation, is gone. */
  find({ plugin, conversation }: KeptConversation): KnownConversation | undefined {
    return this.#byName.get(nameOf(plugin, conversation))
  }

  /** The question that was asked, or why it cannot be answered any more. */
  async frameOf(key: StateKey, value: unknown): Promise<Frame | Lost> {
    const kept = keptConversation.safeParse(value)
    if (!kept.success) return { lost: `A conversation was kept in a way that this version does not know.` }
    const { plugin, conversation, step, token } = kept.data
    const known = this.find(kept.data)
    if (known === undefined)
      return { lost: `The plugin "${plugin}" no longer has the conversation "${conversation}".` }
    if (!Object.hasOwn(known.defined.definition.steps, step))
      return { known, lost: `${describe(known)} no longer has the step "${step}".` }
    const data = await schemaOf(known).safeParseAsync(kept.data.data)
    if (!data.success)
      return { known, lost: `${describe(known)} has kept data that no longer fit: ${faultsOf(data.error)}.` }
    return { known, key, step, token, data: data.data }
  }
}

const noData = z.object({})

/** What the data of a conversation must fit. */
export const schemaOf = ({ defined }: KnownConversation): z.ZodType => defined.definition.data ?? noData

/** A step that exists. */
export const stepOf = ({ defined }: KnownConversation, step: string) =>
  defined.definition.steps[step] as NonNullable<(typeof defined.definition.steps)[string]>

/** How errors name it. */
export const describe = ({ plugin, defined }: KnownConversation): string =>
  `The conversation "${defined.name}" of plugin "${plugin.name}"`

const nameOf = (plugin: string, conversation: string): string => `${plugin}/${conversation}`
