/** A state bound to one unit of work and to its owner. */
import { durationMs } from '../config/duration.js'
import { PluginError } from '../errors.js'
import type { State, StateDefinition } from '../plugin/state.js'
import type { StateOwner, StateSource } from '../telegram/state-source.js'
import { faultsOf, toKeptJson } from './kept-json.js'
import {
  type KeptValue,
  lockState,
  readState,
  removeState,
  type StateKey,
  writeState,
} from './state-table.js'

/** A state as the container knows it. */
export interface NamedState {
  readonly plugin: string
  readonly name: string
  readonly definition: StateDefinition
}

/** See {@link State}. */
export class BoundState implements State<unknown> {
  readonly #state: NamedState
  readonly #source: StateSource
  readonly #owner: StateOwner

  constructor(state: NamedState, source: StateSource, owner = source.owner) {
    this.#state = state
    this.#source = source
    this.#owner = owner
  }

  async get(): Promise<unknown> {
    return this.#valueOf(await readState(this.#source.sql, this.#key()))
  }

  async set(value: unknown): Promise<void> {
    const key = this.#key()
    await this.#write(key, value)
  }

  async update<R>(change: (value: unknown) => R | Promise<R>): Promise<R> {
    const key = this.#key()
    const value = await change(await this.#valueOf(await lockState(this.#source.sql, key)))
    if (value === undefined) await removeState(this.#source.sql, key)
    else await this.#write(key, value)
    return value
  }

  async clear(): Promise<void> {
    await removeState(this.#source.sql, this.#key())
  }

  of(owner: StateOwner): State<unknown> {
    return new BoundState(this.#state, this.#source, owner)
  }

  async #write(key: StateKey, value: unknown): Promise<void> {
    const { schema, expiresAfter } = this.#state.definition
    const json = await toKeptJson(schema, value, this.#describe())
    await writeState(this.#source.sql, key, json, expiresAfter && durationMs(expiresAfter))
  }

  async #valueOf(kept: KeptValue | undefined): Promise<unknown> {
    const { schema, initial, upgrade } = this.#state.definition
    // A copy: two updates must not change one and the same initial value.
    if (kept === undefined) return structuredClone(initial)
    const parsed = await schema.safeParseAsync(kept.value)
    if (parsed.success) return parsed.data
    const upgraded = upgrade && (await schema.safeParseAsync(upgrade(kept.value)))
    if (upgraded?.success) return upgraded.data
    const faults = faultsOf((upgraded ?? parsed).error)
    const err = new PluginError(
      'STATE_MISFIT',
      `What is kept of ${this.#describe()} does not fit its schema: ${faults}. It counts as absent. If its shape has changed, give defineState() an upgrade(kept).`,
    )
    this.#source.logger.warn({ err, plugin: this.#state.plugin }, 'A state was left out')
    return structuredClone(initial)
  }

  /** @throws PluginError STATE_OWNER */
  #key(): StateKey {
    const { plugin, name, definition } = this.#state
    const { chatId, personId } = this.#owner
    const takesChat = definition.per !== 'person'
    const takesPerson = definition.per !== 'chat'
    if ((takesChat && !isId(chatId)) || (takesPerson && !isId(personId))) {
      throw new PluginError('STATE_OWNER', this.#ownerFault(takesChat, takesPerson))
    }
    return {
      botId: this.#source.botId,
      chatId: takesChat ? (chatId as number) : 0,
      personId: takesPerson ? (personId as number) : 0,
      plugin,
      name,
    }
  }

  #ownerFault(takesChat: boolean, takesPerson: boolean): string {
    const { name, definition } = this.#state
    const ids = [takesChat && 'chatId', takesPerson && 'personId'].filter(Boolean).join(', ')
    return `${this.#describe()} is kept per ${definition.per}, and here is no such owner: found ${JSON.stringify(this.#owner)}. Name one: ${name}.of({ ${ids} }).`
  }

  #describe(): string {
    return `The state "${this.#state.name}" of plugin "${this.#state.plugin}"`
  }
}

function isId(id: number | undefined): boolean {
  return Number.isSafeInteger(id) && id !== 0
}
