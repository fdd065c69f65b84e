/** What was opened since a moment and keeps the process alive: timers and servers, as Node itself counts them. */
import { createHook } from 'node:async_hooks'

/** Timers, servers, child processes and watched files, by the names of Node's async hooks. */
const kinds = new Set(['Timeout', 'TCPSERVERWRAP', 'PIPESERVERWRAP', 'PROCESSWRAP', 'FSEVENTWRAP'])

/** Notes what is opened until `stop`. */
export interface ResourceWatch {
  /** The kinds of what is open and keeps the process alive; looked at for up to two seconds, since closing takes its time. */
  left(): Promise<readonly string[]>
  /** Ends the noting. */
  stop(): void
}

/** Begins to note. */
export function watchResources(): ResourceWatch {
  const open = new Map<number, { readonly kind: string; readonly resource: { hasRef?(): boolean } }>()
  const hook = createHook({
    init(id, kind, _trigger, resource) {
      if (kinds.has(kind)) open.set(id, { kind, resource })
    },
    destroy: (id) => void open.delete(id),
  }).enable()
  const holding = () =>
    [...open.values()].filter(({ resource }) => resource.hasRef?.() !== false).map(({ kind }) => kind)
  return {
    async left() {
      const deadlineMs = performance.now() + 2_000
      while (holding().length > 0 && performance.now() < deadlineMs)
        await new Promise((resolve) => setImmediate(resolve))
      return holding()
    },
    stop: () => void hook.disable(),
  }
}
