/** Reads a place on earth, which messages, venues and live locations share. Source: Client.cpp (get_location). */
import { badRequest } from '../bot-api/api-error.js'
import type { Parameters } from './parameters.js'

/** A place on earth. @throws ApiError 400 `latitude is empty`, `wrong location specified`. */
export function readLocation(parameters: Parameters): object {
  const latitude = readDegrees(parameters, 'latitude', 90)
  const longitude = readDegrees(parameters, 'longitude', 180)
  const accuracy = Number(parameters.text('horizontal_accuracy') ?? 0)
  return { latitude, longitude, ...(accuracy > 0 && { horizontal_accuracy: Math.min(1500, accuracy) }) }
}

function readDegrees(parameters: Parameters, name: string, limit: number): number {
  const text = parameters.text(name)?.trim() ?? ''
  if (text === '') throw badRequest(`${name} is empty`)
  // The real server reads a number at the beginning and takes nonsense for 0.
  const value = Number.parseFloat(text)
  if (Math.abs(Number.isFinite(value) ? value : 0) > limit) throw badRequest('wrong location specified')
  return Number.isFinite(value) ? value : 0
}
