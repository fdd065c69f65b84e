/** The playground's page as a stream of Server-Sent Events: first everything, then each change. No token is ever in it. */
import type { ServerResponse } from 'node:http'
import type { Message } from '../bot-api/objects.js'
import type { ControlContext } from '../http/control-context.js'
import type { WorldEvent } from '../world/event-hub.js'
import { describeWorld } from './overview.js'
import type { StreamEvent } from './stream-events.js'

/** Sends events until the connection ends. @throws TestingError BOT_MISSING: nothing has been sent. */
export function streamPlayground(context: ControlContext, response: ServerResponse): void {
  const { bot, world, inspector } = context
  inspector.record(bot)
  let overview = JSON.stringify(describeWorld(context))
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const send = (event: StreamEvent) => {
    response.write(`data: ${hideTokens(context, JSON.stringify(event))}\n\n`)
  }
  const setUp = () =>
    send({
      kind: 'setup',
      overview: describeWorld(context),
      messages: messagesOf(context),
      inspected: inspector.events(),
    })
  let isDue = false
  // Whatever has happened may have changed it. Looked at once when all of it has, and told only where it differs.
  const lookAgain = () => {
    if (isDue) return
    isDue = true
    setImmediate(() => {
      isDue = false
      if (response.destroyed) return
      const described = describeWorld(context)
      const text = JSON.stringify(described)
      if (text !== overview) send({ kind: 'overview', overview: described })
      overview = text
    })
  }
  setUp()
  const ends = [
    world.state.events.subscribe((event) => {
      if (event.kind === 'reset') setUp()
      else tell(event, send)
      lookAgain()
    }),
    inspector.subscribe((event) => {
      send({ kind: 'inspected', event })
      lookAgain()
    }),
    context.onActed(lookAgain),
  ]
  response.once('close', () => {
    for (const end of ends) end()
  })
}

function tell(event: WorldEvent, send: (event: StreamEvent) => void): void {
  if (event.kind === 'message' || event.kind === 'edit' || event.kind === 'delete') {
    const { kind, chatKey, message } = event
    if (kind === 'delete') send({ kind, chatKey, messageId: message.message_id })
    else send({ kind, chatKey, message })
  } else if (event.kind === 'action' || event.kind === 'answer') send(event)
}

function messagesOf({ bot, world }: ControlContext): Record<string, readonly Message[]> {
  const shown = [...world.state.chats.values()].filter(
    ({ object, bots }) => object.type !== 'private' || bots.has(bot),
  )
  return Object.fromEntries(shown.map((chat) => [chat.key, chat.messages()]))
}

/** A bot may well write its own token into a message. */
function hideTokens({ world }: ControlContext, text: string): string {
  return world.bots.reduce((shown, { token }) => {
    const secret = token.slice(token.indexOf(':') + 1)
    return shown.includes(secret) ? shown.replaceAll(secret, '[secret]') : shown
  }, text)
}
