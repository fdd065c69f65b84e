/** Starts plugins in the order of `requires` and stops them in reverse, one by one, each with a deadline; every failure names plugin and phase. */
import { PluginError } from '../errors.js'
import type { Behaviour } from '../plugin/behaviour.js'
import type { AnyContract } from '../plugin/contract.js'

/** A plugin whose life is led. */
export interface LivingPlugin {
  readonly name: string
  readonly options: unknown
  readonly behaviour: Behaviour<AnyContract>
}

/** A moment in a plugin's life. */
export type Phase = 'start' | 'drain' | 'stop'

/**
 * Runs one phase of one plugin.
 *
 * @param deadlineMs integer > 0; the phase is given up after it, though its code cannot be stopped
 * @throws PluginError PLUGIN_START_FAILED or PLUGIN_STOP_FAILED
 */
export async function runPhase(
  plugin: LivingPlugin,
  phase: Phase,
  services: object,
  deadlineMs: number,
): Promise<void> {
  const hook = plugin.behaviour[phase]
  if (hook === undefined) return
  const code = phase === 'start' ? 'PLUGIN_START_FAILED' : 'PLUGIN_STOP_FAILED'
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new PluginError(code, `Plugin "${plugin.name}" did not ${phase} within ${deadlineMs} ms.`))
    }, deadlineMs)
  })
  try {
    await Promise.race([hook(services as never, plugin.options as never), late])
  } catch (cause) {
    if (cause instanceof PluginError && cause.code === code) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new PluginError(code, `Plugin "${plugin.name}" failed to ${phase}: ${reason}`, { cause })
  } finally {
    clearTimeout(timer)
  }
}
