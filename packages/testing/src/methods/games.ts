/** sendGame, setGameScore, getGameHighScores. Source: Bot API, games; Client.cpp, tdlib GameManager.cpp. */
import { badRequest } from '../bot-api/api-error.js'
import { displayName } from '../world/chat.js'
import { describeFile } from '../world/file-fields.js'
import { sampleFile } from '../world/sample-file.js'
import type { WorldState } from '../world/world-state.js'
import { type EditTarget, findEditable } from './edit-target.js'
import type { MethodCall, MethodGroup } from './method.js'
import { prepareOutgoing, sendContent } from './outgoing.js'
import { readKnownUser } from './user-id.js'

/** The methods of this group. */
export const gameMethods: MethodGroup = { sendGame, setGameScore, getGameHighScores }

function sendGame(call: MethodCall): unknown {
  const name = call.parameters.text('game_short_name') ?? ''
  if (name === '') throw badRequest('parameter "game_short_name" is required')
  const outgoing = prepareOutgoing(call, 'game')
  if (outgoing.chat.object.type === 'channel') throw badRequest("games can't be sent to channel chats")
  const [first] = outgoing.markup?.inline?.inline_keyboard.flat() ?? []
  if (first && first.callback_game === undefined) throw badRequest('REPLY_MARKUP_GAME_EMPTY')
  const game = describeGame(call, name)
  const sent = sendContent(call, outgoing, { game })
  outgoing.chat.settings.gameNames.set(sent.message_id, name)
  return sent
}

/**
 * A game by its short name, as a message carries it.
 * @throws ApiError 400 `wrong game short name specified`.
 */
export function describeGame({ state, bot }: MethodCall, name: string): object {
  if (!/^[A-Za-z0-9_]{1,64}$/.test(name)) throw badRequest('wrong game short name specified')
  const { photo } = describeFile(state.files.add({ ...sampleFile('photo'), kind: 'photo', botId: bot.id }))
  return { title: name, description: `The game ${name}`, photo }
}

function setGameScore(call: MethodCall): unknown {
  const { parameters } = call
  const score = parameters.integer('score') ?? 0
  const target = findGame(call, 'message to set game score')
  const { id } = readKnownUser(call)
  if (score < 0) throw badRequest('BOT_SCORE_INVALID')
  const scores = scoresOf(target)
  const current = scores.get(id)
  if (current === score) throw badRequest('BOT_SCORE_NOT_MODIFIED')
  if (current !== undefined && score < current && !parameters.flag('force')) {
    throw badRequest('BOT_SCORE_NOT_MODIFIED')
  }
  scores.set(id, score)
  if (!parameters.flag('disable_edit_message')) showScores(call, target)
  return target.isInline ? true : (target.chat.message(target.message.message_id) ?? target.message)
}

/** The person with two neighbours on each side, and the first three. */
function getGameHighScores(call: MethodCall): unknown {
  const { state } = call
  const target = findGame(call, 'message to get game high scores')
  const { id } = readKnownUser(call)
  const ranked = rank(state, target)
  const own = ranked.findIndex(({ user }) => user.id === id)
  return ranked.filter((_, index) => index < 3 || (own >= 0 && Math.abs(index - own) <= 2))
}

function rank(state: WorldState, target: EditTarget) {
  return [...scoresOf(target)]
    .sort(([, a], [, b]) => b - a)
    .flatMap(([userId, score], index) => {
      const user = state.user(userId)
      return user ? [{ position: index + 1, user, score }] : []
    })
}

/** The game of a message tells the scores. How Telegram words that, it has not published. */
function showScores({ state }: MethodCall, target: EditTarget): void {
  const lines = rank(state, target).map(
    ({ position, user, score }) => `${position}. ${displayName(user)} – ${score}`,
  )
  const game = { ...(target.message.game as object), text: lines.join('\n') }
  state.touch(target.chat, { ...target.message, game })
}

function findGame(call: MethodCall, what: string): EditTarget {
  const target = findEditable(call, what)
  if (target.message.game === undefined) throw badRequest("game score can't be set")
  return target
}

function scoresOf({ chat, message }: EditTarget): Map<number, number> {
  return chat.settings.scoresOf((message.game as { title: string }).title)
}
