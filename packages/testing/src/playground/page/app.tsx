/** The whole page: who there is, one chat or two side by side, and the inspector. */
import { useEffect, useLayoutEffect, useReducer, useState } from 'preact/hooks'
import type { Overview } from '../stream-events.js'
import { ChatPane } from './chat-pane.js'
import { InspectorPanel } from './inspector-panel.js'
import { type KeptSettings, keepSettings, type Pane, readSettings } from './kept-settings.js'
import type { PageModel } from './page-model.js'
import { Sidebar } from './sidebar.js'

/** See the file's purpose. */
export function App({ model }: { model: PageModel }) {
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  // At once: what came between drawing and listening would stay unseen.
  useLayoutEffect(() => model.subscribe(() => redraw(undefined)), [model])
  const [settings, setSettings] = useState(readSettings)
  const [isMenuOpen, setMenuOpen] = useState(false)
  const [active, setActive] = useState(0)
  const change = (changes: Partial<KeptSettings>) => {
    const changed = { ...settings, ...changes }
    keepSettings(changed)
    setSettings(changed)
  }
  useEffect(() => {
    document.documentElement.dataset.theme = settings.theme
  }, [settings.theme])
  const { overview } = model
  useEffect(() => {
    if (overview) document.title = `${overview.bot.name} · playground`
  }, [overview?.bot.name])
  if (!overview) return <p class="connecting">Connecting …</p>

  const panes = panesOf(overview, settings.panes)
  const activeIndex = Math.min(active, panes.length - 1)
  const setPane = (index: number, pane: Pane) => change({ panes: panes.with(index, pane) })
  const openChat = (pane: Pane, isBeside: boolean) => {
    setMenuOpen(false)
    if (!isBeside) return setPane(activeIndex, pane)
    setActive(1)
    change({ panes: [panes[0] as Pane, pane] })
  }
  return (
    <div class={settings.isInspectorOpen ? 'page with-inspector' : 'page'}>
      {model.isConnected ? null : (
        <p class="offline" role="alert">
          The server does not answer. The page connects again by itself.
        </p>
      )}
      <Sidebar
        overview={overview}
        model={model}
        isOpen={isMenuOpen}
        active={panes[activeIndex] as Pane}
        theme={settings.theme}
        onOpen={openChat}
        onClose={() => setMenuOpen(false)}
        onTheme={(theme) => change({ theme })}
      />
      <main class={panes.length > 1 ? 'panes two' : 'panes'}>
        {panes.map((pane, index) => (
          <ChatPane
            key={`${index}:${pane.personId}:${pane.chatKey ?? ''}`}
            model={model}
            overview={overview}
            pane={pane}
            isActive={panes.length > 1 && index === activeIndex}
            isInspectorOpen={settings.isInspectorOpen}
            onActive={() => setActive(index)}
            onPerson={(personId) => setPane(index, { ...pane, personId })}
            onMenu={() => setMenuOpen(true)}
            onInspector={() => change({ isInspectorOpen: !settings.isInspectorOpen })}
            onClose={panes.length > 1 ? () => change({ panes: panes.toSpliced(index, 1) }) : undefined}
          />
        ))}
      </main>
      {settings.isInspectorOpen ? (
        <InspectorPanel
          model={model}
          overview={overview}
          onClose={() => change({ isInspectorOpen: false })}
        />
      ) : null}
    </div>
  )
}

/** The kept panes that still can be shown; at first the default person's chat with the bot, or that of `?person=`. */
function panesOf({ people, personId }: Overview, kept: readonly Pane[]): readonly Pane[] {
  const known = kept.filter((pane) => people.some(({ id }) => id === pane.personId))
  if (known.length > 0) return known.slice(0, 2)
  const asked = new URLSearchParams(location.search).get('person')
  const person = people.find(
    ({ id, name, username }) => asked !== null && [String(id), name, username].includes(asked),
  )
  return [{ personId: person?.id ?? personId }]
}
