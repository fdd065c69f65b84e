/** What stands against making a project, in words for who asked for it. */

/** Who must act, and how: by another command line, another folder, or another try of the installation. */
export type CreateErrorCode =
  /** The command line is wrong. */
  | 'USAGE'
  /** The folder is in use. */
  | 'FOLDER_NOT_EMPTY'
  /** The folder cannot be made or written to. */
  | 'FOLDER_UNWRITABLE'
  /** The questions were broken off. */
  | 'CANCELLED'
  /** The project stands, but a command that was to run in it failed. */
  | 'COMMAND_FAILED'

/** Nothing has been written where it comes, except with COMMAND_FAILED. */
export class CreateError extends Error {
  readonly code: CreateErrorCode

  constructor(code: CreateErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CreateError'
    this.code = code
  }
}

/** As `sysexits.h` has them, so that a script can tell them apart. */
export const exitCodes: Readonly<Record<CreateErrorCode, number>> = {
  USAGE: 64,
  FOLDER_NOT_EMPTY: 73,
  FOLDER_UNWRITABLE: 73,
  CANCELLED: 130,
  COMMAND_FAILED: 1,
}
