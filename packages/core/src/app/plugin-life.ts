/** Runs the phases of a plugin's life, each with a deadline; every failure names plugin and phase. */
import { PluginError } from '../errors.js'
import type { Behaviour } from '../plugin/behaviour.js'
import type { AnyContract } from '../plugin/contract.js'
import { beforeDeadline } from './deadline.js'

/** A plugin whose life is led. */
export interface LivingPlugin {
  readonly name: string
  readonly options: unknown
  readonly behaviour: Behaviour<AnyContract>
}

/** A moment in a plugin's life. */
export type Phase = 'start' | 'drain' | 'stop'

/** How long a plugin may take. */
export interface PhaseTimeouts {
  /** Integer > 0. */
  readonly startTimeoutMs: number
  /** For drain and for stop each; also for a start that is under way when the app is stopped. Integer > 0. */
  readonly stopTimeoutMs: number
}

/**
 * Runs one phase of one plugin; it is given up after its deadline, though its code cannot be stopped.
 *
 * @param signal aborted when the app is stopped while the plugin starts
 * @throws PluginError PLUGIN_START_FAILED or PLUGIN_STOP_FAILED
 */
export async function runPhase(
  plugin: LivingPlugin,
  phase: Phase,
  services: object,
  { startTimeoutMs, stopTimeoutMs }: PhaseTimeouts,
  signal?: AbortSignal,
): Promise<void> {
  const hook = plugin.behaviour[phase]
  if (hook === undefined) return
  const code = phase === 'start' ? 'PLUGIN_START_FAILED' : 'PLUGIN_STOP_FAILED'
  const late = (deadlineMs: number) => () =>
    new PluginError(
      code,
      `Plugin "${plugin.name}" did not ${phase} within ${deadlineMs} ms. Find what it waits for, or raise ${phase === 'start' ? 'startTimeoutMs' : 'stopTimeoutMs'} of createApp().`,
    )
  try {
    const running = Promise.resolve(hook(services as never, plugin.options as never))
    const deadlineMs = phase === 'start' ? startTimeoutMs : stopTimeoutMs
    await beforeDeadline(
      signal === undefined
        ? running
        : shortened(running, signal, () => beforeDeadline(running, stopTimeoutMs, late(stopTimeoutMs))),
      deadlineMs,
      late(deadlineMs),
    )
  } catch (cause) {
    if (cause instanceof PluginError && cause.code === code) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new PluginError(code, `Plugin "${plugin.name}" failed to ${phase}: ${reason}`, { cause })
  }
}

/** The work, or from the moment of the abort on, what `onAbort` waits for. */
async function shortened(
  running: Promise<void>,
  signal: AbortSignal,
  onAbort: () => Promise<void>,
): Promise<void> {
  let stopListening = () => {}
  const aborted = new Promise<void>((resolve, reject) => {
    const listener = () => onAbort().then(resolve, reject)
    signal.addEventListener('abort', listener, { once: true })
    stopListening = () => signal.removeEventListener('abort', listener)
  })
  try {
    await Promise.race([running, aborted])
  } finally {
    stopListening()
  }
}
