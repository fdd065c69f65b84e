/** answerWebAppQuery, savePreparedInlineMessage, savePreparedKeyboardButton: what Mini Apps send and share. Source: Bot API; Client.cpp. */
import { randomBytes } from 'node:crypto'
import { badRequest } from '../bot-api/api-error.js'
import { FieldError, isJsonObject, readAs } from '../bot-api/json-fields.js'
import { sendOffer } from '../world/inline-sending.js'
import { readResultParameter } from './inline-results.js'
import { readKeyboardButton } from './keyboard-button.js'
import type { MethodCall, MethodGroup } from './method.js'
import { readKnownUser } from './user-id.js'

/** The methods of this group. */
export const webAppMethods: MethodGroup = {
  answerWebAppQuery,
  savePreparedInlineMessage,
  savePreparedKeyboardButton,
}

const preparedSeconds = 24 * 60 * 60

function answerWebAppQuery(call: MethodCall): unknown {
  const { state, bot, parameters } = call
  const offer = readResultParameter(call)
  const id = parameters.text('web_app_query_id') ?? ''
  const query = state.webAppQueries.get(id)
  if (query?.bot !== bot || query.expiresAtMs <= state.clock.nowMs()) throw badRequest('QUERY_ID_INVALID')
  state.webAppQueries.delete(id)
  const { inlineMessageId } = sendOffer(state, { bot, user: query.user, chat: query.chat, offer })
  return { inline_message_id: inlineMessageId }
}

function savePreparedInlineMessage(call: MethodCall): unknown {
  const { state, parameters } = call
  const { id: userId } = readKnownUser(call)
  const chatTypes = ['user', 'bot', 'group', 'channel'].filter((type) =>
    parameters.flag(`allow_${type}_chats`),
  )
  if (chatTypes.length === 0) throw badRequest('at least one chat type must be allowed')
  const offer = readResultParameter(call)
  const id = randomBytes(12).toString('base64url')
  state.preparedOffers.set(id, { botId: call.bot.id, userId, offer, chatTypes })
  return { id, expiration_date: state.nowUnix() + preparedSeconds }
}

function savePreparedKeyboardButton(call: MethodCall): unknown {
  readKnownUser(call)
  const value = call.parameters.json('button', 'keyboard button')
  const button = readAs("can't parse keyboard button", () => {
    if (!isJsonObject(value)) throw new FieldError('KeyboardButton must be an Object')
    return readKeyboardButton(value)
  })
  const requests = ['request_users', 'request_chat', 'request_managed_bot']
  if (!requests.some((name) => button[name] !== undefined)) throw badRequest('BUTTON_TYPE_INVALID')
  return { id: randomBytes(12).toString('base64url') }
}
