/** sendPoll, stopPoll. Source: Bot API, sendPoll; Client.cpp. Votes are the people's: see person.votes. */
import { badRequest, notModelled } from '../bot-api/api-error.js'
import { isJsonObject, optionalText, readAs, requiredText } from '../bot-api/json-fields.js'
import type { Message, Poll } from '../bot-api/objects.js'
import { closeWhenDue, isOpen } from '../world/poll-closing.js'
import { randomDigits } from '../world/world-state.js'
import { formatText } from './message-text.js'
import type { MethodCall, MethodGroup } from './method.js'
import { findMessage, prepareOutgoing, sendContent } from './outgoing.js'
import { parseInlineMarkup } from './reply-markup.js'
import { findChat } from './target-chat.js'

/** The methods of this group. */
export const pollMethods: MethodGroup = { sendPoll, stopPoll }

function sendPoll(call: MethodCall): Message {
  const poll = readPoll(call)
  const outgoing = prepareOutgoing(call, 'poll')
  const sent = sendContent(call, outgoing, { poll })
  closeWhenDue(call.state, call.bot, outgoing.chat, sent.message_id)
  return sent
}

function stopPoll(call: MethodCall): Poll {
  const { state, bot, parameters } = call
  const markup = parseInlineMarkup(parameters)
  const chat = findChat(call, 'edit')
  const message = findMessage(chat, parameters.integer('message_id'), 'message with poll to stop')
  if (!message.poll) throw badRequest('message with poll to stop not found')
  if (message.from?.id !== bot.id && chat.object.type !== 'channel') throw badRequest("poll can't be stopped")
  if (!isOpen(state, message.poll)) throw badRequest('poll has already been closed')
  const poll = { ...message.poll, is_closed: true }
  const { reply_markup: _, ...rest } = message
  state.touch(chat, { ...rest, poll, ...(markup && { reply_markup: markup }) })
  return poll
}

function readPoll(call: MethodCall): Poll {
  const { state, parameters } = call
  const question = formatText(state, {
    text: parameters.text('question') ?? '',
    parseMode: parameters.text('question_parse_mode'),
    entities: parameters.lenientJson('question_entities'),
  })
  const options = readOptions(call)
  const type = parameters.text('type') || 'regular'
  if (type !== 'regular' && type !== 'quiz') throw badRequest('unsupported poll type specified')
  if (question.text === '') throw badRequest('poll question must be non-empty')
  if (question.text.length > 300) throw badRequest('poll question length must not exceed 300')
  return {
    id: randomDigits(),
    question: question.text,
    ...(question.entities.length > 0 && { question_entities: [...question.entities] }),
    options,
    total_voter_count: 0,
    is_closed: parameters.flag('is_closed'),
    is_anonymous: parameters.text('is_anonymous') === undefined || parameters.flag('is_anonymous'),
    type,
    allows_multiple_answers: type === 'regular' && parameters.flag('allows_multiple_answers'),
    allows_revoting: parameters.text('allows_revoting')
      ? parameters.flag('allows_revoting')
      : type === 'regular',
    members_only: parameters.flag('members_only'),
    ...readDescription(call),
    ...readEnd(call),
    ...(type === 'quiz' && readQuiz(call, options.length)),
  }
}

function readDescription({ state, parameters }: MethodCall): object {
  if (parameters.text('media') || parameters.files.has('media'))
    throw notModelled('parameter media of sendPoll')
  const { text, entities } = formatText(state, {
    text: parameters.text('description') ?? '',
    parseMode: parameters.text('description_parse_mode'),
    entities: parameters.lenientJson('description_entities'),
  })
  if (text === '') return {}
  return { description: text, ...(entities.length > 0 && { description_entities: [...entities] }) }
}

/** A period wins over a date, and tells the date as well. A date that has passed is none. */
function readEnd({ state, parameters }: MethodCall): { open_period?: number; close_date?: number } {
  const period = parameters.integer('open_period') ?? 0
  if (period > 0) return { open_period: period, close_date: state.nowUnix() + period }
  const date = parameters.integer('close_date') ?? 0
  return date > state.nowUnix() ? { close_date: date } : {}
}

function readOptions({ state, parameters }: MethodCall): Poll['options'] {
  const value = parameters.json('options', 'options')
  if (!Array.isArray(value)) throw badRequest('expected an Array of String as options')
  const options = value.map((item, index) => {
    const { text, entities } = readAs('', () => {
      if (typeof item === 'string')
        return formatText(state, { text: item, parseMode: undefined, entities: undefined })
      if (!isJsonObject(item)) throw badRequest('expected an option to be of type String')
      const parseMode = optionalText(item, 'text_parse_mode')
      return formatText(state, { text: requiredText(item, 'text'), parseMode, entities: item.text_entities })
    })
    if (text === '') throw badRequest('poll options must be non-empty')
    if (text.length > 100) throw badRequest('poll options length must not exceed 100')
    const marked = entities.length > 0 ? { text_entities: [...entities] } : {}
    return { persistent_id: String(index), text, ...marked, voter_count: 0 }
  })
  if (options.length < 1) throw badRequest('poll must have at least 1 option')
  if (options.length > 12) throw badRequest("poll can't have more than 12 options")
  return options
}

function readQuiz({ state, parameters }: MethodCall, optionCount: number): object {
  const listed = parameters.json('correct_option_ids', 'correct_option_ids')
  const ids = Array.isArray(listed) ? listed.map(Number) : [parameters.integer('correct_option_id') ?? -1]
  const areKnown = ids.every((id) => Number.isInteger(id) && id >= 0 && id < optionCount)
  if (ids.length === 0 || !areKnown) throw badRequest('wrong correct option ID specified')
  const { text, entities } = formatText(state, {
    text: parameters.text('explanation') ?? '',
    parseMode: parameters.text('explanation_parse_mode'),
    entities: parameters.lenientJson('explanation_entities'),
  })
  return {
    correct_option_ids: ids,
    ...(text !== '' && { explanation: text, explanation_entities: [...entities] }),
  }
}
