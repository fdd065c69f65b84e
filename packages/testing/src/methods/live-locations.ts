/** editMessageLiveLocation, stopMessageLiveLocation, and what makes a location live. Source: Bot API; tdlib Location.cpp. */
import { badRequest } from '../bot-api/api-error.js'
import { applyEdit, findEditable } from './edit-target.js'
import { readLocation } from './location.js'
import type { MethodCall, MethodGroup } from './method.js'
import type { Parameters } from './parameters.js'
import { parseInlineMarkup } from './reply-markup.js'

/** The methods of this group. */
export const liveLocationMethods: MethodGroup = { editMessageLiveLocation, stopMessageLiveLocation }

/** Live until it is stopped. */
const forever = 0x7fffffff

function editMessageLiveLocation(call: MethodCall): unknown {
  const { state, parameters } = call
  const place = readLocation(parameters)
  const markup = parseInlineMarkup(parameters)
  const target = findEditable(call)
  const { message } = target
  const old = readLive(message.location)
  if (!old) throw badRequest('there is no live location in the message to edit')
  const isOver = old.live_period !== forever && message.date + old.live_period <= state.nowUnix()
  if (isOver) throw badRequest("message can't be edited")
  const live = { live_period: old.live_period, ...liveFields(parameters, false) }
  return applyEdit(call, target, { ...message, location: { ...place, ...live } }, markup)
}

function stopMessageLiveLocation(call: MethodCall): unknown {
  const markup = parseInlineMarkup(call.parameters)
  const target = findEditable(call)
  const { message } = target
  const location = readLive(message.location)
  if (!location) throw badRequest('there is no live location in the message to edit')
  const { live_period: _, heading: __, proximity_alert_radius: ___, ...place } = location
  return applyEdit(call, target, { ...message, location: place }, markup)
}

/**
 * What makes a location live: period, heading and the distance at which people are alerted.
 * @param isNew True where the period decides whether it is live at all.
 * @throws ApiError 400 `wrong live location period specified` and its kin.
 */
export function liveFields(parameters: Parameters, isNew: boolean): object {
  const period = parameters.integer('live_period') ?? 0
  if (period === 0 && isNew) return {}
  if (period !== 0 && period !== forever && (period < 60 || period > 86_400)) {
    throw badRequest('wrong live location period specified')
  }
  const heading = parameters.integer('heading') ?? 0
  if (heading < 0 || heading > 360) throw badRequest('wrong live location heading specified')
  const radius = parameters.integer('proximity_alert_radius') ?? 0
  if (radius < 0 || radius > 100_000) {
    throw badRequest('wrong live location proximity alert radius specified')
  }
  return {
    ...(period !== 0 && { live_period: period }),
    ...(heading !== 0 && { heading }),
    ...(radius !== 0 && { proximity_alert_radius: radius }),
  }
}

interface LiveLocation {
  readonly live_period: number
  readonly heading?: number
  readonly proximity_alert_radius?: number
}

function readLive(location: unknown): LiveLocation | undefined {
  const live = location as Partial<LiveLocation> | undefined
  return live?.live_period === undefined ? undefined : (live as LiveLocation)
}
