/** answerChatJoinRequestQuery, sendChatJoinRequestWebApp: a bot that guards a chat decides who comes in. Source: Bot API, join request queries. */
import { badRequest } from '../bot-api/api-error.js'
import { checkLink } from '../bot-api/link.js'
import { admit } from './invite-links.js'
import type { MethodCall, MethodGroup } from './method.js'

/** The methods of this group. */
export const joinQueryMethods: MethodGroup = { answerChatJoinRequestQuery, sendChatJoinRequestWebApp }

function answerChatJoinRequestQuery(call: MethodCall): true {
  const { state, parameters } = call
  const query = findQuery(call)
  const result = parameters.text('result') ?? ''
  if (!['approve', 'decline', 'queue'].includes(result)) throw badRequest('wrong result specified')
  state.joinQueries.delete(query.id)
  // Left in the queue, it waits for an administrator.
  if (result === 'queue') return true
  if (!query.chat.settings.joinRequests.has(query.userId)) throw badRequest('HIDE_REQUESTER_MISSING')
  admit(call, query.chat, query.userId, result === 'approve')
  return true
}

function sendChatJoinRequestWebApp(call: MethodCall): true {
  const url = call.parameters.text('web_app_url') ?? ''
  const checked = checkLink(url, { isHttpsOnly: true })
  if ('error' in checked) throw badRequest(`web App URL '${url}' is invalid: ${checked.error}`)
  findQuery(call)
  return true
}

function findQuery({ state, bot, parameters }: MethodCall) {
  const id = parameters.text('chat_join_request_query_id') ?? ''
  const query = state.joinQueries.get(id)
  if (query?.botId === bot.id && query.expiresAtMs > state.clock.nowMs()) return { ...query, id }
  throw badRequest('query is too old and response timeout expired or query ID is invalid')
}
