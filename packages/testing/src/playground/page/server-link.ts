/** The page's link to its server: events come in, actions go out. */
import type { StreamEvent } from '../stream-events.js'
import type { PageModel } from './page-model.js'

/** What an action gave: what the server says, or why it refused. */
export type ActionResult =
  | { readonly ok: true; readonly [field: string]: unknown }
  | { readonly ok: false; readonly message: string }

/** Keeps the model up to date; the browser connects again by itself. */
export function connect(model: PageModel): void {
  const stream = new EventSource('/control/playground')
  stream.onmessage = ({ data }) => model.take(JSON.parse(data) as StreamEvent)
  stream.onerror = () => {
    model.isConnected = false
    model.changed()
  }
}

/** Carries out an action of the control API. Never throws. */
export async function act(name: string, body: object): Promise<ActionResult> {
  try {
    const response = await fetch(`/control/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const result = (await response.json()) as { ok: boolean; error?: { message: string } }
    return result.ok ? { ...result, ok: true } : { ok: false, message: result.error?.message ?? 'Refused.' }
  } catch {
    return { ok: false, message: 'The server does not answer. Is it still running?' }
  }
}
