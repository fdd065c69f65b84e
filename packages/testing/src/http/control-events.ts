/** Live updates of one private chat as Server-Sent Events: first the whole chat, then each change. */
import type { ServerResponse } from 'node:http'
import { transcribe, transcribeMessage } from '../world/conversation.js'
import type { WorldEvent } from '../world/event-hub.js'
import type { Person } from '../world/person.js'
import { privateKey } from '../world/world-state.js'
import type { ControlContext } from './control-context.js'

/** Sends events until the connection ends. */
export function streamEvents(context: ControlContext, person: Person, response: ServerResponse): void {
  const { bot, world } = context
  const chatKey = privateKey(bot.id, person.id)
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const send = (value: object) => response.write(`data: ${JSON.stringify(value)}\n\n`)
  const sendChat = () =>
    send({
      kind: 'chat',
      bot: { name: bot.firstName, username: bot.username },
      person: { id: person.id, name: person.name },
      commands: bot.commandLists.get('') ?? [],
      messages: transcribe(context.chat(person)),
    })
  sendChat()
  const unsubscribe = world.state.events.subscribe((event) => {
    if (event.kind === 'reset') return sendChat()
    if ('chatKey' in event && event.chatKey !== chatKey) return
    send(describeEvent(event))
  })
  response.once('close', unsubscribe)
}

function describeEvent(event: WorldEvent): object {
  if (event.kind === 'message' || event.kind === 'edit') {
    return { kind: event.kind, message: transcribeMessage(event.message) }
  }
  if (event.kind === 'delete') return { kind: 'delete', messageId: event.message.message_id }
  return event
}
