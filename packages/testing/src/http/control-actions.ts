/** What can be asked of the control API by POST: `/control/<action>` with a JSON object. */
import { TestingError } from '../errors.js'
import { transcribeMessage } from '../world/conversation.js'
import type { Person } from '../world/person.js'
import type { ControlContext } from './control-context.js'

/** The JSON object of a request. */
export type ControlBody = Readonly<Record<string, unknown>>

/**
 * Carries an action out and returns what the answer adds to `{"ok":true}`.
 * @throws TestingError CONTROL_INPUT and whatever the act itself refuses.
 */
export type ControlAction = (context: ControlContext, body: ControlBody) => Promise<object> | object

/** The actions by their names. Everyone takes `from`: a person's id, username or display name. */
export const controlActions: Readonly<Record<string, ControlAction>> = {
  /** `{text}`: sends a text. */
  say(context, body) {
    const message = context.person(body.from).sends(readText(body, 'text'), { in: context.bot })
    return { message: transcribeMessage(message) }
  },

  /** `{button, messageId?, timeoutMs?}`: taps the newest button with this text, or the one of a certain message. */
  async tap(context, body) {
    const person = context.person(body.from)
    const text = readText(body, 'button')
    if (body.messageId !== undefined) return tapOn(context, person, text, body.messageId)
    const timeoutMs = body.timeoutMs === undefined ? 5_000 : readInteger(body, 'timeoutMs')
    const tap = await person.taps(text, { in: context.bot, timeoutMs })
    return { queryId: tap.queryId ?? null }
  },

  /** `{messageId, text}`: edits an own message. */
  edit(context, body) {
    const person = context.person(body.from)
    const message = findMessage(context, person, body.messageId)
    return { message: transcribeMessage(person.edits(message, readText(body, 'text'))) }
  },

  /** Blocks the bot. */
  block(context, body) {
    context.person(body.from).blocks(context.bot)
    return {}
  },

  /** Lifts the block. */
  unblock(context, body) {
    context.person(body.from).unblocks(context.bot)
    return {}
  },

  /** `{firstName, lastName?, username?, languageCode?}`: adds a person. */
  person({ world }, body) {
    const person = world.createPerson({
      firstName: readText(body, 'firstName'),
      ...(body.lastName !== undefined && { lastName: readText(body, 'lastName') }),
      ...(body.username !== undefined && { username: readText(body, 'username') }),
      ...(body.languageCode !== undefined && { languageCode: readText(body, 'languageCode') }),
    })
    return { id: person.id, name: person.name }
  },

  /** Empties every chat and queue. */
  reset({ world }) {
    world.reset()
    return {}
  },
}

function tapOn(context: ControlContext, person: Person, text: string, messageId: unknown): object {
  const message = findMessage(context, person, messageId)
  const button = message.reply_markup?.inline_keyboard.flat().find((candidate) => candidate.text === text)
  if (!button)
    throw new TestingError('BUTTON_NOT_FOUND', `Message ${message.message_id} has no button "${text}".`)
  return { queryId: person.tapsButton(message, button).queryId ?? null }
}

function findMessage(context: ControlContext, person: Person, messageId: unknown) {
  const message = context.chat(person)?.message(Number(messageId))
  if (message) return message
  throw new TestingError('CONTROL_INPUT', `The chat of ${person.name} has no message ${String(messageId)}.`)
}

function readText(body: ControlBody, name: string): string {
  const value = body[name]
  if (typeof value === 'string') return value
  throw new TestingError(
    'CONTROL_INPUT',
    `"${name}" must be a text (found: ${JSON.stringify(value) ?? 'nothing'}).`,
  )
}

function readInteger(body: ControlBody, name: string): number {
  const value = body[name]
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value
  throw new TestingError(
    'CONTROL_INPUT',
    `"${name}" must be an integer ≥ 0 (found: ${JSON.stringify(value)}).`,
  )
}
