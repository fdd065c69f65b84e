/** Shows a text with its entities as elements; nothing that anybody wrote is ever read as HTML. */
import type { ComponentChildren } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { MessageEntity } from '../../bot-api/objects.js'
import { buildTextTree, type TextNode } from './text-tree.js'

/** What a click on a part of the text does. */
export interface TextActions {
  /** A command: `/help`. */
  say(text: string): void
  /** A link to this bot: `https://t.me/<bot>?start=<parameter>`. */
  openDeepLink(parameter: string): void
  readonly botUsername: string
}

/** See the file's purpose. */
export function FormattedText(props: {
  text: string
  entities: readonly MessageEntity[] | undefined
  actions: TextActions
}) {
  const { text, entities, actions } = props
  const tree = useMemo(() => buildTextTree(text, entities), [text, entities])
  return <div class="text">{tree.map((node) => show(node, actions))}</div>
}

function show(node: TextNode, actions: TextActions): ComponentChildren {
  if (typeof node === 'string') return node
  const { entity } = node
  const inner = node.inner.map((child) => show(child, actions))
  const plain = plainText(node)
  switch (entity.type) {
    case 'bold':
      return <strong>{inner}</strong>
    case 'italic':
      return <em>{inner}</em>
    case 'underline':
      return <u>{inner}</u>
    case 'strikethrough':
      return <s>{inner}</s>
    case 'code':
      return <code>{inner}</code>
    case 'pre':
      return (
        <pre>
          {entity.language ? <span class="language">{entity.language}</span> : null}
          <code>{inner}</code>
        </pre>
      )
    case 'blockquote':
    case 'expandable_blockquote':
      return <blockquote>{inner}</blockquote>
    case 'spoiler':
      return <Spoiler>{inner}</Spoiler>
    case 'bot_command':
      return (
        <button type="button" class="link" onClick={() => actions.say(plain)}>
          {inner}
        </button>
      )
    case 'text_link':
      return showLink(entity.url ?? '', inner, actions)
    case 'url':
      return showLink(/^[a-z][a-z0-9+.-]*:/i.test(plain) ? plain : `https://${plain}`, inner, actions)
    case 'email':
      return <a href={`mailto:${plain}`}>{inner}</a>
    case 'mention':
    case 'text_mention':
    case 'hashtag':
    case 'cashtag':
    case 'phone_number':
    case 'bank_card_number':
      return <span class="reference">{inner}</span>
    default:
      return inner
  }
}

/** A bot may name any scheme; only links of the web are opened, and only when somebody clicks. */
function showLink(url: string, inner: ComponentChildren, actions: TextActions): ComponentChildren {
  const deepLink = readDeepLink(url, actions.botUsername)
  if (deepLink !== undefined) {
    return (
      <button type="button" class="link" title={url} onClick={() => actions.openDeepLink(deepLink)}>
        {inner}
      </button>
    )
  }
  if (!/^https?:\/\//i.test(url)) return <span class="reference">{inner}</span>
  return (
    <a href={url} title={url} target="_blank" rel="noopener noreferrer">
      {inner}
    </a>
  )
}

/** The start parameter of a link to this bot; undefined for every other link. */
export function readDeepLink(url: string, botUsername: string): string | undefined {
  const [, name, parameter] =
    /^https?:\/\/t\.me\/([A-Za-z0-9_]+)\?start=([A-Za-z0-9_-]{1,64})$/.exec(url) ?? []
  return name?.toLowerCase() === botUsername.toLowerCase() ? parameter : undefined
}

function Spoiler({ children }: { children: ComponentChildren }) {
  const [isShown, setShown] = useState(false)
  if (isShown) return <span class="spoiler shown">{children}</span>
  return (
    <button type="button" class="spoiler" aria-label="Hidden text: show it" onClick={() => setShown(true)}>
      <span aria-hidden="true">{children}</span>
    </button>
  )
}

function plainText(node: TextNode): string {
  return typeof node === 'string' ? node : node.inner.map(plainText).join('')
}
