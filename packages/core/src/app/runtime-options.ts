/** What a start of an app is given. */
import type { ErrorReporter } from '../error-reports.js'
import type { HttpOptions } from '../http/http-options.js'
import type { LogDestination } from '../logger.js'
import type { CommandEntry } from '../plugin/services.js'
import type { SecretRedactor } from '../secrets.js'
import type { AppTexts } from '../texts/app-texts.js'
import type { PhaseTimeouts } from './plugin-life.js'

/** What the author of an app has chosen in `createApp`. */
export interface AppChoices extends PhaseTimeouts {
  readonly texts: AppTexts
  readonly commands: readonly CommandEntry[]
  /** Whether the menus of commands are kept. */
  readonly hasMenus: boolean
  readonly http: HttpOptions
  readonly apologises: boolean
  readonly refusesSendsInTransaction: boolean
  readonly onError?: ErrorReporter
}

/** What a start is given besides its settings. */
export interface RuntimeOptions extends AppChoices {
  readonly logDestination?: LogDestination
  readonly redactor?: SecretRedactor
  readonly allowAhead?: boolean
  readonly onFatal?: (error: Error) => void
  /** Aborted when the app is stopped while it starts. */
  readonly signal: AbortSignal
  /** With it the start goes no further than the plugins, asks nothing of Telegram and opens no port. Told how long each start hook took. */
  readonly onMeasured?: (plugin: string, durationMs: number) => void
}
