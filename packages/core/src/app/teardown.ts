/** Closes what was opened: last in, first out, one by one, to the end; the first error survives and the others go along. */
import { throwAll } from '../errors.js'

/** See the file's purpose. What was never added is not closed. */
export class Teardown {
  readonly #steps: (() => unknown)[] = []

  /** Adds what closes the thing that was opened just now. */
  add(close: () => unknown): void {
    this.#steps.push(close)
  }

  /** Closes everything. @throws the error of a step, or an AggregateError of all; every step has run. */
  async run(): Promise<void> {
    const errors: Error[] = []
    for (let close = this.#steps.pop(); close !== undefined; close = this.#steps.pop()) {
      try {
        await close()
      } catch (error) {
        errors.push(error instanceof Error ? error : new Error(String(error)))
      }
    }
    throwAll(errors, 'The app stopped with errors:')
  }
}
