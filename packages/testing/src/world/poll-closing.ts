/** Polls that close by themselves when their time is up, and tell their bot. Source: Bot API, Poll and Update. */
import type { Bot } from './bot.js'
import type { Chat } from './chat.js'
import type { WorldState } from './world-state.js'

/** What a timer of the machine can wait for. */
const longestTimerMs = 2 ** 31 - 1

/** Closes the poll of a message at its `close_date`. Beyond 24 days ahead nobody is told; it is closed all the same. */
export function closeWhenDue(state: WorldState, bot: Bot, chat: Chat, messageId: number): void {
  const closeDate = chat.message(messageId)?.poll?.close_date
  if (typeof closeDate !== 'number') return
  const delayMs = Math.max(0, closeDate * 1000 - state.clock.nowMs())
  if (delayMs > longestTimerMs) return
  const timer = state.clock.after(delayMs, () => {
    const message = chat.message(messageId)
    if (!message?.poll || message.poll.is_closed) return
    const poll = { ...message.poll, is_closed: true }
    state.touch(chat, { ...message, poll })
    bot.updates.add('poll', poll)
  })
  timer.unref?.()
}

/** Whether a poll takes votes. */
export function isOpen(state: WorldState, poll: { is_closed: boolean; close_date?: number }): boolean {
  return !poll.is_closed && (poll.close_date === undefined || poll.close_date > state.nowUnix())
}
