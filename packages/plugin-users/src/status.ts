/** Where people are in their life with the bot: a machine of statuses and the steps between them, which other plugins extend. */
import { type AppExtensions, defineExtension } from '@hello/core'
import { UsersError } from './users-error.js'

/** The statuses that there always are. */
export type BaseStatus = 'new' | 'onboarding' | 'active' | 'churned'

/** A status: one of the base, or one that a plugin adds. */
export type Status = BaseStatus | (string & {})

/** What a plugin adds to the machine. */
export interface StatusExtension {
  /** New statuses: 1–40 of a–z, 0–9 and -. @default none */
  readonly statuses?: readonly string[]
  /** To which statuses a step leads, by the status that it comes from; all may be of the base or of another plugin. */
  readonly steps: Readonly<Record<string, readonly Status[]>>
}

/**
 * Where plugins add statuses and steps.
 *
 * @example
 * ```ts
 * contributions: (contribute) => [
 *   contribute(userStatuses, () => ({
 *     statuses: ['training', 'trained'],
 *     steps: { onboarding: ['training'], training: ['trained'], trained: ['active'] },
 *   })),
 * ]
 * ```
 */
export const userStatuses = defineExtension<StatusExtension>('users/statuses')

const base: StatusExtension = {
  statuses: ['new', 'onboarding', 'active', 'churned'],
  steps: {
    // To active at once where the bot has no onboarding.
    new: ['onboarding', 'active'],
    onboarding: ['active'],
    active: ['churned'],
    churned: ['active'],
  },
}

const statusPattern = /^[a-z][a-z0-9-]{0,39}$/

/** Which steps there are in this app. The service `userStatusMachine`. */
export class StatusMachine {
  readonly #extensions: AppExtensions
  #targets: ReadonlyMap<string, ReadonlySet<string>> | undefined

  constructor({ extensions }: { extensions: AppExtensions }) {
    this.#extensions = extensions
  }

  /** Every status of the app. @throws UsersError USERS_STATUS_UNKNOWN: a plugin adds one of a wrong form, or a step of one that nobody adds. */
  get statuses(): readonly string[] {
    return [...this.#steps().keys()]
  }

  /** Whether a step leads from one to the other. Staying is no step, and always possible. */
  allows(from: Status, to: Status): boolean {
    return from === to || this.#steps().get(from)?.has(to) === true
  }

  /** The statuses from which a step leads to this one. @throws UsersError USERS_STATUS_UNKNOWN: there is no such status. */
  sourcesOf(to: Status): readonly string[] {
    const steps = this.#steps()
    if (!steps.has(to))
      throw new UsersError(
        'USERS_STATUS_UNKNOWN',
        `"${String(to).slice(0, 60)}" is no status. Possible: ${[...steps.keys()].join(', ')}. Plugins add others by the extension point userStatuses.`,
      )
    return [...steps].filter(([, targets]) => targets.has(to)).map(([from]) => from)
  }

  // Not in the constructor: what plugins contribute is known when all services are built.
  #steps(): ReadonlyMap<string, ReadonlySet<string>> {
    this.#targets ??= joinSteps([{ plugin: 'users', value: base }, ...this.#extensions.of(userStatuses)])
    return this.#targets
  }
}

function joinSteps(
  parts: readonly { readonly plugin: string; readonly value: StatusExtension }[],
): Map<string, Set<string>> {
  const targets = new Map<string, Set<string>>()
  for (const { plugin, value } of parts)
    for (const status of value.statuses ?? []) {
      if (!statusPattern.test(status))
        throw invalid(
          plugin,
          `"${status}" cannot be a status: expected 1–40 of a–z, 0–9 and -, a letter first.`,
        )
      if (!targets.has(status)) targets.set(status, new Set())
    }
  for (const { plugin, value } of parts)
    for (const [from, tos] of Object.entries(value.steps))
      for (const to of tos) {
        const unknown = [from, to].find((status) => !targets.has(status))
        if (unknown !== undefined)
          throw invalid(
            plugin,
            `the step ${from} → ${to} names "${unknown}", which no plugin adds to the statuses.`,
          )
        targets.get(from)?.add(to)
      }
  return targets
}

function invalid(plugin: string, text: string): UsersError {
  return new UsersError('USERS_STATUS_UNKNOWN', `Plugin "${plugin}", statuses of people: ${text}`)
}
