/** Tells the app's `onError` what failed where nobody is left to be told: once each, without waiting for it, and whatever it throws. */
import type { Logger } from './logger.js'

/** What each report has. */
interface Failed {
  /** What was thrown. */
  readonly error: unknown
  /** What the log lines about it carry too; absent where they have no such number. */
  readonly reference?: string
  /** Whose code it was; absent where no plugin's was reached. */
  readonly plugin?: string
}

/** An update failed. Nothing of it was kept, and it stays in the inbox. */
export interface FailedUpdate extends Failed {
  readonly kind: 'update'
  /** What the person was told to name; the `updateId` of the log lines. */
  readonly reference: string
  /** Telegram's `update_id`. */
  readonly updateId: number
  /** `/remind`, `callback rate`, `handlers`, `middleware`. */
  readonly handler?: string
  readonly chatId?: number
  readonly personId?: number
  /** How often it was tried; more than 1 only after faults of the infrastructure. Integer > 0. */
  readonly attempts: number
}

/** A scheduled run of a job failed. Nothing of it was kept. */
export interface FailedJob extends Failed {
  readonly kind: 'job'
  /** Its id, `plugin/name`; the `job` of the log lines. */
  readonly reference: string
  readonly plugin: string
  /** Its name in the plugin. */
  readonly job: string
  /** The moment that it was run for. */
  readonly scheduledFor: Date
  /** Whether it is run again for the same moment; `false` where its retries are used up. */
  readonly isRetried: boolean
}

/** A request to a route was answered with 500 or 503. Nothing of it was kept, unless the answer to COMMIT was lost. */
export interface FailedRequest extends Failed {
  readonly kind: 'request'
  /** What the caller was told as `id`; the `requestId` of the log lines. */
  readonly reference: string
  /** Its method and path, such as `POST /orders/:id`; absent where no route was found yet. */
  readonly route?: string
  readonly status: number
}

/** A plugin failed at an event of the outbox. What it wrote is undone; the others were told. */
export interface FailedEvent extends Failed {
  readonly kind: 'event'
  /** The type of the event, such as `outbox.refused`. */
  readonly event: string
}

/** Where work was deferred to a commit. */
export type DeferredIn =
  | ({ readonly in: 'update' } & Pick<
      FailedUpdate,
      'reference' | 'updateId' | 'plugin' | 'handler' | 'chatId' | 'personId'
    >)
  | ({ readonly in: 'job' } & Pick<FailedJob, 'reference' | 'plugin' | 'job'>)
  | ({ readonly in: 'request' } & Pick<FailedRequest, 'reference' | 'plugin' | 'route'>)
  | ({ readonly in: 'event' } & Pick<FailedEvent, 'event'>)
  /** A unit of work that a plugin or a script began. */
  | { readonly in: 'unit' }

/** Work that was deferred to the commit failed. The commit stands, and the work is not run again. */
export type FailedAfterCommit = Failed & { readonly kind: 'after-commit' } & DeferredIn

/** What the app's `onError` is told; `kind` says which it is. */
export type ErrorReport = FailedUpdate | FailedJob | FailedRequest | FailedEvent | FailedAfterCommit

/** Told of each failure, once. May be slow; what it throws is logged. */
export type ErrorReporter = (report: ErrorReport) => unknown

/** See the file's purpose. */
export class ErrorReports {
  readonly #onError: ErrorReporter | undefined
  readonly #logger: Logger
  readonly #running = new Set<Promise<void>>()

  constructor(onError: ErrorReporter | undefined, logger: Logger) {
    this.#onError = onError
    this.#logger = logger
  }

  /** Begins to tell it and returns at once. */
  tell(report: ErrorReport): void {
    if (this.#onError === undefined) return
    const telling = this.#tell(this.#onError, report)
    this.#running.add(telling)
    void telling.then(() => this.#running.delete(telling))
  }

  /** Tells what work that was deferred to a commit has thrown; for `runAfterCommit`. */
  ofDeferred(where: DeferredIn): (error: unknown) => void {
    return (error) => this.tell({ kind: 'after-commit', error, ...where })
  }

  /** Resolves when `onError` has ended for all that was told. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  async #tell(onError: ErrorReporter, report: ErrorReport): Promise<void> {
    try {
      await onError(report)
    } catch (error) {
      const { kind, reference } = report
      this.#logger.error({ err: error, kind, reference }, 'onError of the app failed')
    }
  }
}
