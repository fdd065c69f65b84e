/** What can be asked of the control API by POST: `/control/<action>` with a JSON object. */
import type { ManualClock } from '../clock.js'
import { TestingError } from '../errors.js'
import type { Bot } from '../world/bot.js'
import type { Chat } from '../world/chat.js'
import { transcribeMessage } from '../world/conversation.js'
import type { Person } from '../world/person.js'
import type { ControlBody, ControlContext } from './control-context.js'
import { readFault } from './control-fault.js'
import { readInteger, readIntegers, readText, readWord } from './control-input.js'
import { troubleActions } from './control-trouble.js'

/**
 * Carries an action out and returns what the answer adds to `{"ok":true}`.
 * @throws TestingError CONTROL_INPUT and whatever the act itself refuses.
 */
export type ControlAction = (context: ControlContext, body: ControlBody) => Promise<object> | object

/** The actions by their names. Everyone takes `from`: a person's id, username or display name. */
export const controlActions: Readonly<Record<string, ControlAction>> = {
  /** `{text, chat?, topic?, replyTo?}`: sends a text; `chat` is a group's id, username or title. */
  say(context, body) {
    const person = context.person(body.from)
    const message = person.sends(readText(body, 'text'), {
      in: placeOf(context, body),
      ...(body.topic !== undefined && { topic: readInteger(body, 'topic') }),
      ...(body.replyTo !== undefined && { replyTo: findMessage(context, person, body.replyTo, body.chat) }),
    })
    return { message: transcribeMessage(message) }
  },

  /** `{button, chat?, messageId?, row?, column?, timeoutMs?}`: taps the newest button with this text, or the one of a certain message. */
  async tap(context, body) {
    const person = context.person(body.from)
    const text = readText(body, 'button')
    if (body.messageId !== undefined) return tapOn(context, person, text, body)
    const timeoutMs = body.timeoutMs === undefined ? 5_000 : readInteger(body, 'timeoutMs')
    const tap = await person.taps(text, { in: placeOf(context, body), timeoutMs })
    return { queryId: tap.queryId ?? null }
  },

  /** `{key, chat?}`: presses a key of the keyboard under the input field. */
  press(context, body) {
    context.person(body.from).presses(readText(body, 'key'), { in: placeOf(context, body) })
    return {}
  },

  /** `{kind, content, fileName?, caption?, chat?}`: sends a file, its content in base64. */
  file(context, body) {
    const person = context.person(body.from)
    const kind = readWord(body, 'kind', ['photo', 'document'])
    const message = person.sendsFile(
      kind,
      {
        content: Buffer.from(readText(body, 'content'), 'base64'),
        ...(body.fileName !== undefined && { fileName: readText(body, 'fileName') }),
        ...(body.caption !== undefined && { caption: readText(body, 'caption') }),
      },
      { in: placeOf(context, body) },
    )
    return { message: transcribeMessage(message) }
  },

  /** `{messageId, options, chat?}`: votes in a poll by the options' numbers; none takes the vote back. */
  vote(context, body) {
    const person = context.person(body.from)
    person.votes(findMessage(context, person, body.messageId, body.chat), ...readIntegers(body, 'options'))
    return {}
  },

  /** `{messageId, text}`: edits an own message. */
  edit(context, body) {
    const person = context.person(body.from)
    const message = findMessage(context, person, body.messageId, body.chat)
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

  /** `{chat, link?}`: comes into a group or channel; `joined` is false where someone must consent first. */
  join(context, body) {
    const link = body.link === undefined ? {} : { link: { invite_link: readText(body, 'link') } }
    return { joined: context.person(body.from).joins(groupOf(context, body), link) }
  },

  /** `{chat}`: leaves a group or channel. */
  leave(context, body) {
    context.person(body.from).leaves(groupOf(context, body))
    return {}
  },

  /** `{method, kind, times?, chatId?, …}`: orders a fault, with the fields of its kind. */
  fault(context, body) {
    const { method: _, from: __, ...fault } = body
    context.faults.next(readText(body, 'method'), readFault(fault))
    return {}
  },

  /** `{advanceMs}`: moves the world's clock on. Answers with the time that it shows, in seconds. */
  clock({ world }, body) {
    const { clock } = world.state
    if (body.advanceMs !== undefined) {
      if (!('advance' in clock)) {
        throw new TestingError(
          'CONTROL_INPUT',
          'The clock of this world cannot be moved. Create it with another one.',
        )
      }
      ;(clock as ManualClock).advance(readInteger(body, 'advanceMs'))
    }
    return { nowUnix: world.state.nowUnix() }
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

  /** `{title, members?, isAdministrator?}`: makes a supergroup with the bot, and with these people or everyone. */
  group(context, body) {
    const { world, bot } = context
    const names = Array.isArray(body.members) ? body.members : undefined
    const members = names?.map((name) => context.person(name)) ?? world.people
    const group = world.createGroup({
      title: readText(body, 'title').trim() || 'Group',
      type: 'supergroup',
      members,
      ...(members[0] && { owner: members[0] }),
    })
    // Brought in, and not there from the start: the bot is told, as in Telegram.
    members[0]?.adds(bot, group)
    if (body.isAdministrator === true) members[0]?.promotes(bot, group)
    return { id: group.id, title: group.object.title }
  },

  ...troubleActions,

  /** Empties every chat and queue. */
  reset({ world, inspector }) {
    inspector.clear()
    world.reset()
    return {}
  },
}

function placeOf(context: ControlContext, body: ControlBody): Bot | Chat {
  return context.group(body.chat) ?? context.bot
}

function groupOf(context: ControlContext, body: ControlBody): Chat {
  const group = context.group(body.chat)
  if (group) return group
  throw new TestingError('CONTROL_INPUT', '"chat" must name a group or channel: its id, username or title.')
}

function tapOn(context: ControlContext, person: Person, text: string, body: ControlBody): object {
  const message = findMessage(context, person, body.messageId, body.chat)
  const keyboard = message.reply_markup?.inline_keyboard ?? []
  // Several buttons may have one text.
  const button =
    body.row === undefined
      ? keyboard.flat().find((candidate) => candidate.text === text)
      : keyboard[readInteger(body, 'row')]?.[readInteger(body, 'column')]
  if (!button)
    throw new TestingError('BUTTON_NOT_FOUND', `Message ${message.message_id} has no button "${text}".`)
  return { queryId: person.tapsButton(message, button).queryId ?? null }
}

function findMessage(context: ControlContext, person: Person, messageId: unknown, chat: unknown) {
  const message = context.chat(person, chat)?.message(Number(messageId))
  if (message) return message
  throw new TestingError('CONTROL_INPUT', `The chat of ${person.name} has no message ${String(messageId)}.`)
}
