/** What the playground's page is told, event by event. Types alone: the page and the server share them. */
import type { BotCommand, Message } from '../bot-api/objects.js'

/** What Telegram is made to do wrong, for every call. */
export type Trouble = 'none' | 'too-many-requests' | 'server-error' | 'cut'

/** Whether the bot's process runs, where the server can tell. */
export type BotState = 'running' | 'stopped' | 'changing'

/** A person as the page shows them. */
export interface ShownPerson {
  readonly id: number
  readonly name: string
  readonly username?: string
  readonly languageCode?: string
  readonly hasBlocked: boolean
}

/** A key of the keyboard under the input field. */
export interface ShownKey {
  readonly text: string
  /** What a tap sends in place of the text; the page can send neither contacts of others nor chats. */
  readonly asks?: 'contact' | 'location'
}

/** A chat as the page shows it. One that nobody has opened yet has no messages. */
export interface ShownChat {
  readonly key: string
  readonly id: number
  readonly type: string
  readonly title: string
  readonly memberIds: readonly number[]
  readonly hasBot: boolean
  readonly keyboard?: readonly (readonly ShownKey[])[]
  /** The menu of commands of each member, by the member's id. */
  readonly commands: Readonly<Record<string, readonly BotCommand[]>>
}

/** Everything but messages. */
export interface Overview {
  readonly bot: {
    readonly id: number
    readonly name: string
    readonly username: string
    /** Absent where the page cannot start and stop it. */
    readonly state?: BotState
  }
  /** Who speaks first. */
  readonly personId: number
  readonly people: readonly ShownPerson[]
  readonly chats: readonly ShownChat[]
  readonly telegram: { readonly trouble: Trouble; readonly delayMs: number; readonly sendsTwice: boolean }
}

/** What was thrown, without secrets. */
export interface ShownError {
  readonly message: string
  readonly stack?: string
}

/** One thing that was seen of the bot's work. Times in milliseconds. */
export type InspectorEvent =
  /** An update was made for the bot. */
  | {
      readonly type: 'update'
      readonly updateId: number
      /** Such as `message`. */
      readonly kind: string
      readonly chatId?: number
      readonly fromId?: number
      /** Of a query that the bot answers by this id. */
      readonly queryId?: string
      readonly raw: unknown
    }
  /** The bot called a method. */
  | {
      readonly type: 'call'
      readonly method: string
      readonly chatId?: number | string
      readonly queryId?: string
      readonly parameters: Readonly<Record<string, unknown>>
      readonly durationMs: number
      readonly ok: boolean
      readonly errorCode?: number
      readonly description?: string
    }
  /** The bot has begun to handle an update. */
  | { readonly type: 'started'; readonly updateId: number; readonly attempt: number }
  /** Something of the bot took it. */
  | {
      readonly type: 'handler'
      readonly updateId: number
      readonly plugin: string
      readonly handler: string
    }
  /** A statement ran; without `updateId` outside of every update. */
  | {
      readonly type: 'sql'
      readonly updateId?: number
      readonly text: string
      readonly durationMs: number
      readonly ok: boolean
    }
  /** The bot is done with an update. `outcome` in the bot's words: `committed`, `failed`. */
  | {
      readonly type: 'settled'
      readonly updateId: number
      readonly outcome: string
      readonly durationMs: number
      readonly plugin?: string
      readonly handler?: string
      readonly error?: ShownError
    }
  /** Anything else worth a line. */
  | {
      readonly type: 'note'
      readonly level: 'info' | 'warning' | 'error'
      readonly text: string
      readonly durationMs?: number
      readonly error?: ShownError
    }

/** An event with its number and its time, in milliseconds since 1970. */
export type InspectedEvent = InspectorEvent & { readonly seq: number; readonly atMs: number }

/** What the stream carries. `setup` comes first, and again whenever everything has changed. */
export type StreamEvent =
  | {
      readonly kind: 'setup'
      readonly overview: Overview
      /** By the chat's key, oldest first. */
      readonly messages: Readonly<Record<string, readonly Message[]>>
      readonly inspected: readonly InspectedEvent[]
    }
  | { readonly kind: 'overview'; readonly overview: Overview }
  | { readonly kind: 'message' | 'edit'; readonly chatKey: string; readonly message: Message }
  | { readonly kind: 'delete'; readonly chatKey: string; readonly messageId: number }
  | { readonly kind: 'action'; readonly chatKey: string; readonly action: string }
  | { readonly kind: 'answer'; readonly queryId: string; readonly text?: string; readonly showAlert: boolean }
  | { readonly kind: 'inspected'; readonly event: InspectedEvent }
