/** The one error class of this package: what a test or a tool did wrong, never what Telegram refuses. */

/** Every code that {@link TestingError} carries. */
export type TestingErrorCode =
  | 'BOT_AMBIGUOUS'
  | 'BOT_MISSING'
  | 'BOT_NOT_OURS'
  | 'BOT_TAKEN'
  | 'BOT_TOKEN_FORM'
  | 'BOT_USERNAME_FORM'
  | 'BUTTON_NOT_FOUND'
  | 'BUTTON_STILL_THERE'
  | 'CHAT_NOT_A_MEMBER'
  | 'CHAT_NOT_ALLOWED'
  | 'CLOCK_BACKWARDS'
  | 'CONTROL_INPUT'
  | 'FAULT'
  | 'FAULT_INVALID'
  | 'FILE_UNKNOWN'
  | 'MATCHER_MISUSE'
  | 'MESSAGE_NOT_THERE'
  | 'MESSAGE_NOT_YOURS'
  | 'NOT_SEEN'
  | 'PAYMENT_REFUSED'
  | 'PERSON_BLOCKS_BOT'
  | 'PERSON_NAME_EMPTY'
  | 'PERSON_TAKEN'
  | 'PERSON_UNKNOWN'
  | 'POLL_NOT_OPEN'
  | 'PORT_INVALID'
  | 'RESULT_UNKNOWN'
  | 'SNAPSHOT_VERSION'
  | 'TEXT_EMPTY'
  | 'TEXT_TOO_LONG'

/**
 * A mistake in the use of this package: its message says what happened, what was found and what to do.
 * Refusals of the Bot API are {@link ApiError}s and travel in the reply instead.
 */
export class TestingError extends Error {
  override readonly name = 'TestingError'

  /**
   * @param code Stable name of the case.
   * @param message What happened, what was found, what to do.
   */
  constructor(
    readonly code: TestingErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}
