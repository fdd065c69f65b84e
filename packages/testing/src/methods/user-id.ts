/** Reads `user_id`, which has one refusal in every method. Source: Client.cpp (get_user_id, check_user). */
import { badRequest } from '../bot-api/api-error.js'
import type { User } from '../bot-api/objects.js'
import type { MethodCall } from './method.js'
import type { Parameters } from './parameters.js'

/** @throws ApiError 400 `invalid user_id specified`. */
export function readUserId(parameters: Parameters, field = 'user_id'): number {
  const id = parameters.integer(field) ?? 0
  if (id <= 0) throw badRequest(`invalid ${field} specified`)
  return id
}

/** The user that a call names. @throws ApiError 400 `invalid user_id specified`, `user not found`. */
export function readKnownUser({ state, parameters }: MethodCall): User {
  const user = state.user(readUserId(parameters))
  if (!user) throw badRequest('user not found')
  return user
}
