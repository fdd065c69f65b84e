/** What the page remembers in this browser: which chats are open, what is shown, light or dark. */

/** A chat on the page, as one person sees it. */
export interface Pane {
  readonly personId: number
  /** Absent for the person's own chat with the bot. */
  readonly chatKey?: string
}

/** See the file's purpose. */
export interface KeptSettings {
  /** One or two. */
  readonly panes: readonly Pane[]
  readonly isInspectorOpen: boolean
  readonly theme: 'system' | 'light' | 'dark'
}

const place = 'hello-playground'

/** What was kept; the defaults where nothing was, or nothing can be. */
export function readSettings(): KeptSettings {
  const defaults: KeptSettings = { panes: [], isInspectorOpen: window.innerWidth >= 1100, theme: 'system' }
  try {
    return { ...defaults, ...(JSON.parse(localStorage.getItem(place) ?? '{}') as Partial<KeptSettings>) }
  } catch {
    return defaults
  }
}

/** Keeps them. Never throws: in a private window they are gone with it. */
export function keepSettings(settings: KeptSettings): void {
  try {
    localStorage.setItem(place, JSON.stringify(settings))
  } catch {
    // Without it the page looks as at first next time, and nothing worse.
  }
}
