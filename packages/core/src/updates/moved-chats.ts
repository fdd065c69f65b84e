/** Groups that became supergroups while the app runs: their calls go to the new id, and keep the order that they had. Pure. */
import type { StoredCall } from '../database/unit.js'

/** See the file's purpose. */
export class MovedChats {
  readonly #idByOld = new Map<string, number>()
  /** The lane of a chat is the one it had first, where earlier calls may still wait. */
  readonly #laneByNew = new Map<string, string>()

  /** A chat has another id from now on. */
  add(fromChat: string, toChatId: number): void {
    this.#idByOld.set(fromChat, toChatId)
    this.#laneByNew.set(String(toChatId), this.laneOf(fromChat))
  }

  /** The lane of a chat. */
  laneOf(chat: string): string {
    return this.#laneByNew.get(chat) ?? chat
  }

  /** The call as it is to be made. */
  apply<Call extends StoredCall>(call: Call): Call {
    if (this.#idByOld.size === 0) return call
    const chatId = this.#idByOld.get(String(call.chatId))
    return chatId === undefined ? call : { ...call, chatId, payload: { ...call.payload, chat_id: chatId } }
  }
}
