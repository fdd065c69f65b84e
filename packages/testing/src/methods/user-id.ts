/** Reads `user_id`, which has one refusal in every method. Source: Client.cpp (get_user_id). */
import { badRequest } from '../bot-api/api-error.js'
import type { Parameters } from './parameters.js'

/** @throws ApiError 400 `invalid user_id specified`. */
export function readUserId(parameters: Parameters): number {
  const id = parameters.integer('user_id') ?? 0
  if (id <= 0) throw badRequest('invalid user_id specified')
  return id
}
