/** Reads `message_ids`, which deleting, forwarding and copying share. Source: Client.cpp (get_message_ids). */
import { badRequest } from '../bot-api/api-error.js'
import type { Parameters } from './parameters.js'

/** @throws ApiError 400 `message identifiers are not specified`, `too many message identifiers specified` beyond 100. */
export function readMessageIds(parameters: Parameters): number[] {
  if ((parameters.text('message_ids') ?? '') === '') throw badRequest('message identifiers are not specified')
  const value = parameters.json('message_ids', 'message_ids')
  if (!Array.isArray(value)) throw badRequest('expected an Array of message identifiers')
  if (value.length > 100) throw badRequest('too many message identifiers specified')
  if (value.length === 0) throw badRequest('message identifiers are not specified')
  return value.map(readMessageId)
}

function readMessageId(value: unknown): number {
  if (typeof value !== 'number' && typeof value !== 'string') {
    throw badRequest('message identifier must be a Number')
  }
  const id = Number(value)
  if (!Number.isInteger(id)) throw badRequest("can't parse message identifier as Number")
  if (id <= 0) throw badRequest('invalid message identifier specified')
  return id
}
