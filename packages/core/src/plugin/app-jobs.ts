/** The jobs of an app, as those who look after it see them. Types alone. */

/** A job and how it does. */
export interface JobStatus {
  /** `plugin/name`. */
  readonly id: string
  readonly plugin: string
  readonly name: string
  /** Its schedule in words, such as `daily 08:00 Europe/Berlin`. */
  readonly schedule: string
  /** `undefined`: never again, or no instance has led since the job is there. */
  readonly nextRunAt: Date | undefined
  readonly lastStartedAt: Date | undefined
  /** `skipped`: no instance was up at its time. */
  readonly lastOutcome: 'done' | 'failed' | 'skipped' | undefined
  /** Why the last run failed, without secrets. */
  readonly lastError: string | undefined
}

/** Looks after the jobs of a running app. */
export interface AppJobs {
  /** Every job, in the order of the plugins. */
  list(): Promise<readonly JobStatus[]>
  /**
   * Runs a job now, in this process, to its end; its schedule stays as it is.
   *
   * @param id `plugin/name`
   * @throws what the job throws: nothing of that pass is kept.
   * @throws PluginError JOB_UNKNOWN, JOB_RUNNING: nothing was done.
   */
  run(id: string): Promise<void>
}
