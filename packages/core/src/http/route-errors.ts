/** What a caller of a route is told of an error: a status and the body `{ detail, status_code }`, with nothing of the inside. Pure. */
import { isInfrastructureFailure } from '../database/failure.js'
import { RequestError, UnitError } from '../errors.js'
import { HttpError } from '../plugin/routes.js'

/** The body of every answer that is no success. */
export interface ErrorBody {
  /** What is wrong, for the caller. */
  readonly detail: string
  /** The status of the answer. */
  readonly status_code: number
  /** Of a request that does not fit its schemas: what, and where. */
  readonly errors?: readonly RequestFault[]
  /** Of an error on our side: the log has the same id. */
  readonly id?: string
}

/** One fault of a request. */
export interface RequestFault {
  readonly in: 'params' | 'query' | 'body'
  /** Names and indexes joined by dots; empty for the whole. */
  readonly path: string
  readonly message: string
}

/** An answer, and how grave it is for us. */
export interface ErrorAnswer {
  readonly body: ErrorBody
  readonly headers?: Readonly<Record<string, string>>
  /** `fault`: ours, to be logged as an error; `refusal`: the caller's. */
  readonly kind: 'fault' | 'refusal'
}

const retryAfterSeconds = '5'

/** @param id of the request; shown where the error is on our side */
export function answerTo(error: unknown, id: string): ErrorAnswer {
  if (error instanceof HttpError) return refusal(error.status, error.detail)
  if (error instanceof RequestError) {
    const detail = 'The data of the Mini App is not valid, or too old. Open the app again.'
    return { ...refusal(401, detail), headers: { 'www-authenticate': 'tma' } }
  }
  const faults = requestFaultsOf(error)
  if (faults !== undefined) {
    const { body } = refusal(422, 'The request does not fit what the route expects.')
    return { body: { ...body, errors: faults }, kind: 'refusal' }
  }
  const status = fastifyStatusOf(error)
  if (status !== undefined) return refusal(status, detailOf(error as Error, status))
  return faultOf(error, id)
}

/** The answer of an address that leads nowhere. */
export const notFound: ErrorBody = { detail: 'There is nothing at this address.', status_code: 404 }

/** The answer of a path that has other methods. */
export const notAllowed: ErrorBody = { detail: 'This address has no such method.', status_code: 405 }

function refusal(status: number, detail: string): ErrorAnswer {
  return { body: { detail, status_code: status }, kind: 'refusal' }
}

function faultOf(error: unknown, id: string): ErrorAnswer {
  const answer = (status_code: number, detail: string, headers?: ErrorAnswer['headers']): ErrorAnswer => ({
    body: { detail, status_code, id },
    kind: 'fault',
    ...(headers && { headers }),
  })
  if (error instanceof UnitError && error.code === 'UNIT_DEADLINE')
    return answer(503, 'The request took too long; nothing of it was kept.')
  if (error instanceof UnitError && error.code === 'UNIT_OUTCOME_UNKNOWN')
    return answer(500, 'Nobody knows whether the request was carried out. Look before you repeat it.')
  if (isInfrastructureFailure(error)) {
    const headers = { 'retry-after': retryAfterSeconds }
    return answer(503, 'The service is not available at the moment; nothing was kept.', headers)
  }
  return answer(500, 'Something went wrong on our side; nothing was kept.')
}

interface FastifyError extends Error {
  readonly statusCode?: number
  readonly code?: string
  readonly validation?: readonly { readonly instancePath: string; readonly message?: string }[]
  readonly validationContext?: string
}

function requestFaultsOf(error: unknown): RequestFault[] | undefined {
  const { validation, validationContext } = (error ?? {}) as FastifyError
  if (!Array.isArray(validation)) return undefined
  const place = validationContext === 'querystring' ? 'query' : validationContext
  return (validation as NonNullable<FastifyError['validation']>).map(({ instancePath, message = '' }) => ({
    in: place as RequestFault['in'],
    path: instancePath.replace(/^\//, '').replaceAll('/', '.'),
    message,
  }))
}

/** What fastify itself refuses: a body that is too large, or is no JSON. */
function fastifyStatusOf(error: unknown): number | undefined {
  const { code, statusCode } = (error ?? {}) as FastifyError
  const isRefusal = statusCode !== undefined && statusCode >= 400 && statusCode < 500
  return isRefusal && code?.startsWith('FST_ERR_') ? statusCode : undefined
}

const details: Readonly<Record<number, string>> = {
  400: 'The request cannot be read: its body is not the JSON that it says, or its address has a wrong form.',
  413: 'The body is too large.',
  415: 'The body has a type that is not taken. Send application/json.',
}

const detailOf = (error: Error, status: number): string => details[status] ?? error.message
