/** `@hello/core`: what developers of bots and authors of plugins use. What is not listed here may change. */

// Its other entry reads directories for modules, and loads 40 files for that: 9 MB and 0.1 s.
export { asClass, asFunction, asValue } from 'awilix/browser'
export { message } from 'telegraf/filters'
export { z } from 'zod'
// Apps
export type { App, AppAddresses, AppDefinition, ServicesOf, StartOptions, TextOverrides } from './app/app.js'
export type { PluginOverview } from './app/app-overview.js'
export { createApp } from './app/create-app.js'
export type {
  SchemaAdministration,
  SchemaStatus,
  SchemaStep,
  UndoChoice,
} from './app/migration-administration.js'
export type { Duration } from './config/duration.js'
// Operation
export { envExample, type VariableGroup } from './config/env-example.js'
export type { Environment } from './config/environment.js'
export { type EnvironmentField, fromEnvironment } from './config/from-environment.js'
export type { EnvironmentVariable } from './config/variables.js'
export { type Appender, defineAppender } from './database/appender.js'
export { defineLoader, type Loader } from './database/loader.js'
// The database
export type { ModelRepository } from './database/session.js'
export { identifier, raw, type Sql, type SqlFragment, type Statement, statement } from './database/sql.js'
// Errors
export type {
  DeferredIn,
  ErrorReport,
  ErrorReporter,
  FailedAfterCommit,
  FailedEvent,
  FailedJob,
  FailedRequest,
  FailedUpdate,
} from './error-reports.js'
export {
  ConfigError,
  DatabaseError,
  type ErrorCode,
  errorCodes,
  HelloError,
  HttpCallError,
  MigrationError,
  PluginError,
  RequestError,
  TelegramRefusal,
  UnitError,
  UsageError,
} from './errors.js'
// Metrics
export type { Backlog, GaugeReader, Gauges, PollingGauges, PoolUsage } from './gauges.js'
export type { CorsOptions, HttpOptions, OpenApiOptions } from './http/http-options.js'
export type { HttpAnswer, HttpCall, HttpCallOptions, HttpClient } from './http-client.js'
export type { LogDestination, Logger, LogMethod } from './logger.js'
export type { MigrationChoice } from './migrations/choose.js'
export {
  defineMigration,
  type Migration,
  type MigrationContext,
  type MigrationDefinition,
  type MigrationQuery,
} from './migrations/migration.js'
export type { PlanOptions } from './migrations/plan.js'
// Plugins: conversations
export {
  type Answer,
  type AnswerIssue,
  type ButtonAnswer,
  buttonAnswer,
  messageAnswer,
  textAnswer,
} from './plugin/answers.js'
export type { AppJobs, JobStatus } from './plugin/app-jobs.js'
// Plugins: behaviour
export type {
  Behaviour,
  Callback,
  Command,
  CommandDescription,
  CommandUpdate,
  Contribute,
  DeliveryListeners,
  Handlers,
  Installation,
  UpdateKind,
} from './plugin/behaviour.js'
export {
  type AnyCallbackData,
  type CallbackData,
  type CallbackOutput,
  type CallbackValues,
  defineCallbackData,
} from './plugin/callback-data.js'
export type { CallbackFields } from './plugin/callback-fields.js'
// Plugins: commands of hello
export type {
  AddCliCommand,
  CliCommand,
  CliContext,
  CliDefinition,
  CliProgress,
  CliResult,
  CliTerminal,
} from './plugin/cli.js'
export type { CommandScope } from './plugin/command-scope.js'
export type {
  AnswerOptions,
  CallbackContext,
  CommandContext,
  HandlerContext,
  HandlerFailure,
} from './plugin/contexts.js'
// Plugins: the contract
export {
  type AnyContract,
  type AnyPluginFactory,
  type AppServicesOf,
  type Contract,
  type ContractDefinition,
  defineContract,
  type OptionsOf,
  type Plugin,
  type PluginFactory,
  type TextsOf,
  type UpdateServicesOf,
} from './plugin/contract.js'
export {
  type Conversation,
  type ConversationContext,
  type ConversationDefinition,
  defineConversation,
  type Step,
} from './plugin/conversation.js'
export type {
  ChatMigrated,
  Delivery,
  DeliveryEvents,
  MessageRefused,
  MessageSent,
  MessageUnknown,
} from './plugin/delivery-events.js'
export {
  type AppExtensions,
  type Contributed,
  type Contribution,
  defineExtension,
  type Extension,
  type ExtensionScope,
  type UpdateExtensions,
} from './plugin/extension.js'
export { defineGuard, type Guard, type GuardDefinition, type GuardsOf } from './plugin/guard.js'
export type { Job, JobContext, JobResult } from './plugin/job.js'
export { onlyPrivate } from './plugin/only-private.js'
export { definePlugin, type PluginArgs } from './plugin/plugin.js'
// Plugins: routes
export {
  type AddRoute,
  HttpError,
  type MiniAppCaller,
  type Route,
  type RouteAuth,
  type RouteBuilder,
  type RouteContext,
  type RouteDefinition,
  type RouteMethod,
  type RouteParts,
  type RouteReply,
  type RouteRequest,
} from './plugin/routes.js'
export { type CalendarOptions, cron, daily, every, once, type Schedule } from './plugin/schedule.js'
export type {
  AppServices,
  CommandEntry,
  ServiceClass,
  ServiceRegistration,
  UpdateServices,
} from './plugin/services.js'
export {
  defineState,
  type State,
  type StateDefinition,
  type StateRegistration,
  type StateScope,
} from './plugin/state.js'
export { eraseStateOf } from './state/state-table.js'
export type { UpdateContext, UpdateExtension } from './telegram/context.js'
export type { RefusalReason } from './telegram/delivery-outcome.js'
export { type InitData, type VerifyInitDataOptions, verifyInitData } from './telegram/init-data.js'
export type {
  EditMessageExtra,
  Outbox,
  OutboxOptions,
  SendMessageExtra,
  UnitOutbox,
} from './telegram/outbox.js'
export { type Page, type PageRequest, pagingRow, planPage } from './telegram/paging.js'
export type { DatabaseSession, UnitRunner } from './telegram/session.js'
export type { StateOwner } from './telegram/state-source.js'
// Languages
export {
  defineTexts,
  type PluralForm,
  type Texts,
  type TextTree,
  type TextValue,
  type TextValues,
  type Translate,
  type TranslateTo,
} from './texts/define-texts.js'
export { escapeHtml } from './texts/escape-html.js'
export { type TracedUpdate, type TraceEvents, traceChannels } from './trace.js'
// Looking after updates
export type {
  StoredUpdate,
  StoredUpdateWithPayload,
  UpdateListing,
  UpdateStatus,
} from './updates/stored-update.js'
export type { UpdateAdministration } from './updates/update-admin.js'
export { coreVersion } from './version.js'
