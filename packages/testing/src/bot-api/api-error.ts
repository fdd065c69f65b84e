/** How the Bot API says no: a code, a description in Telegram's words, and sometimes parameters. */

/** What the Bot API adds to some refusals. Source: Bot API, ResponseParameters. */
export interface ResponseParameters {
  /** Seconds to wait before the call may be repeated. */
  retry_after?: number
  /** The id of the supergroup that a group has become. */
  migrate_to_chat_id?: number
}

/** A refusal of the Bot API, as the caller of a method receives it. */
export class ApiError extends Error {
  override readonly name = 'ApiError'

  /**
   * @param errorCode The error code, which is the HTTP status too.
   * @param description Telegram's words, prefix included: `Bad Request: chat not found`.
   */
  constructor(
    readonly errorCode: number,
    readonly description: string,
    readonly parameters?: ResponseParameters,
  ) {
    super(`${errorCode}: ${description}`)
  }
}

/** A 400: `Bad Request: …`. */
export function badRequest(reason: string): ApiError {
  return new ApiError(400, `Bad Request: ${reason}`)
}

/** A 403: `Forbidden: …`. */
export function forbidden(reason: string): ApiError {
  return new ApiError(403, `Forbidden: ${reason}`)
}

/** A 409: `Conflict: …`. */
export function conflict(reason: string): ApiError {
  return new ApiError(409, `Conflict: ${reason}`)
}

/**
 * A 501 that no real server sends: Telegram knows this, the model does not yet.
 * It is refused by name so that no test passes by accident.
 */
export function notModelled(what: string): ApiError {
  return new ApiError(501, `Not Implemented: ${what} is known to Telegram but not modelled here`)
}
