/** Everything that @hello/testing offers, grouped by who reads it. What is not here may change. */

export type { ResponseParameters } from './bot-api/api-error.js'
// For those who look at the Bot API itself.
export { ApiError } from './bot-api/api-error.js'
export { knownMethodNames } from './bot-api/known-method-names.js'
export type {
  BotCommand,
  CallbackQuery,
  ChatObject,
  DocumentObject,
  InlineKeyboardButton,
  InlineKeyboardMarkup,
  Message,
  MessageEntity,
  PhotoSize,
  Update,
  User,
} from './bot-api/objects.js'
export type { Clock, ClockTimer, ManualClock, ManualClockOptions } from './clock.js'
export { createJumpingClock, createManualClock, systemClock } from './clock.js'
export type { TestingErrorCode } from './errors.js'
export { TestingError } from './errors.js'
export type { BotSwitch, ControlDefaults } from './http/control-context.js'
export type { RunningServer, ServerOptions } from './http/server.js'
// For clients over HTTP, and for tools that start the server.
export { startServer } from './http/server.js'
export { modelledMethodNames } from './methods/call-method.js'
// For tools that show a bot's work in the playground.
export { Inspector } from './playground/inspector.js'
export type { BotState, InspectedEvent, InspectorEvent, ShownError } from './playground/stream-events.js'
export type { BotOptions, WaitingPoll, Webhook } from './world/bot.js'
export { Bot } from './world/bot.js'
export type { BotCall } from './world/call-log.js'
export type { Appearance } from './world/chat.js'
export { Chat } from './world/chat.js'
export type { InviteLink, ReplyKeyboard, ReplyKeyboardButton, Topic } from './world/chat-settings.js'
export type { TranscriptButton, TranscriptEntry } from './world/conversation.js'
export type { InlineAnswer } from './world/event-hub.js'
export type { Fault, FaultKind } from './world/faults.js'
export { FaultPlan } from './world/faults.js'
export type { FileKind } from './world/file-kind.js'
export type { GiftOptions } from './world/gifts.js'
export type { InitDataOptions } from './world/init-data.js'
export type { Membership, Rights } from './world/membership.js'
export { InlineQuery } from './world/person/inline-query.js'
export type { SentFile } from './world/person/sent-file.js'
export type { PayOptions, SendOptions, WaitOptions } from './world/person.js'
export { Person } from './world/person.js'
export type { Place } from './world/places.js'
// For tools that keep a world across restarts.
export type { BotSnapshot, WorldSnapshot } from './world/snapshot.js'
export type { TapAnswer } from './world/tap.js'
export { Tap } from './world/tap.js'
export type { QueuedUpdate } from './world/update-queue.js'
export { UpdateQueue } from './world/update-queue.js'
export type {
  CallOptions,
  ChannelOptions,
  GroupOptions,
  PersonOptions,
  StickerSetOptions,
  WorldOptions,
} from './world.js'
// For everyone who writes a test.
export { createWorld, World } from './world.js'
