/** Describes a world for the playground's page: everything but the messages. Pure. */
import type { BotCommand } from '../bot-api/objects.js'
import type { ControlContext } from '../http/control-context.js'
import { type Chat, displayName } from '../world/chat.js'
import type { ReplyKeyboardButton } from '../world/chat-settings.js'
import type { Person } from '../world/person.js'
import { privateKey } from '../world/world-state.js'
import { commandsShownTo } from './shown-commands.js'
import type { Overview, ShownChat, ShownKey, ShownPerson } from './stream-events.js'

/** The world as it is now. @throws TestingError BOT_MISSING. */
export function describeWorld(context: ControlContext): Overview {
  const { bot, world, conditions, botSwitch } = context
  const person = context.person(undefined)
  const people = world.people
  const groups = [...world.state.chats.values()].filter(({ object }) => object.type !== 'private')
  return {
    bot: {
      id: bot.id,
      name: bot.firstName,
      username: bot.username,
      ...(botSwitch && { state: botSwitch.state }),
    },
    personId: person.id,
    people: people.map((one) => describePerson(context, one)),
    chats: [
      ...people.map((one) => describePrivate(context, one)),
      ...groups.map((group) => describeGroup(context, group)),
    ],
    telegram: {
      trouble: conditions.trouble,
      delayMs: conditions.delayMs,
      sendsTwice: bot.updates.repeatsEach,
    },
  }
}

function describePerson({ world, bot }: ControlContext, { id, name, user }: Person): ShownPerson {
  return {
    id,
    name,
    ...(user.username !== undefined && { username: user.username }),
    ...(user.language_code !== undefined && { languageCode: user.language_code }),
    hasBlocked: world.state.people.get(id)?.blockedBotIds.has(bot.id) ?? false,
  }
}

function describePrivate(context: ControlContext, person: Person): ShownChat {
  const { bot, world } = context
  const chat = world.state.privateChat(bot.id, person.id)
  return {
    key: privateKey(bot.id, person.id),
    id: person.id,
    type: 'private',
    title: bot.firstName,
    memberIds: [person.id],
    hasBot: true,
    ...describeKeyboard(chat),
    commands: { [person.id]: commandsOf(context, person, chat) },
  }
}

function describeGroup(context: ControlContext, chat: Chat): ShownChat {
  const members = context.world.people.filter(({ id }) => chat.memberIds.has(id))
  return {
    key: chat.key,
    id: chat.id,
    type: chat.object.type,
    title: displayName(chat.object),
    memberIds: members.map(({ id }) => id),
    hasBot: chat.bots.has(context.bot),
    ...describeKeyboard(chat),
    commands: Object.fromEntries(members.map((one) => [one.id, commandsOf(context, one, chat)])),
  }
}

function commandsOf({ bot }: ControlContext, { id, user }: Person, chat?: Chat): readonly BotCommand[] {
  return commandsShownTo(bot, { id, languageCode: user.language_code }, chat)
}

function describeKeyboard(chat: Chat | undefined): Pick<ShownChat, 'keyboard'> {
  const rows = chat?.settings.replyKeyboard?.rows
  return rows ? { keyboard: rows.map((row) => row.map(describeKey)) } : {}
}

function describeKey({ text, request_contact, request_location }: ReplyKeyboardButton): ShownKey {
  if (request_contact === true) return { text, asks: 'contact' }
  return request_location === true ? { text, asks: 'location' } : { text }
}
