/** sendLocation, sendVenue, sendContact, sendDice: messages without a file. */
import { randomInt } from 'node:crypto'
import { badRequest } from '../bot-api/api-error.js'
import type { Message } from '../bot-api/objects.js'
import { liveFields } from './live-locations.js'
import { readLocation } from './location.js'
import type { MethodCall, MethodGroup } from './method.js'
import { prepareOutgoing, sendContent } from './outgoing.js'
import type { Parameters } from './parameters.js'

/** The methods of this group. */
export const plainContentMethods: MethodGroup = { sendLocation, sendVenue, sendContact, sendDice }

const diceSides: Readonly<Record<string, number>> = { '🎲': 6, '🎯': 6, '🎳': 6, '🏀': 5, '⚽': 5, '🎰': 64 }

function sendLocation(call: MethodCall): Message {
  const { parameters } = call
  const location = { ...readLocation(parameters), ...liveFields(parameters, true) }
  return sendContent(call, prepareOutgoing(call, 'location'), { location })
}

function sendVenue(call: MethodCall): Message {
  const { parameters } = call
  const location = readLocation(parameters)
  const title = required(parameters, 'title')
  const address = required(parameters, 'address')
  const provider = ['foursquare_id', 'foursquare_type', 'google_place_id', 'google_place_type']
  const venue = { location, title, address, ...given(parameters, provider) }
  return sendContent(call, prepareOutgoing(call, 'venue'), { venue, location })
}

function sendContact(call: MethodCall): Message {
  const { parameters } = call
  const contact = {
    phone_number: required(parameters, 'phone_number'),
    first_name: required(parameters, 'first_name'),
    ...given(parameters, ['last_name', 'vcard']),
  }
  return sendContent(call, prepareOutgoing(call, 'contact'), { contact })
}

function sendDice(call: MethodCall): Message {
  const emoji = (call.parameters.text('emoji') || '🎲').replace(/\ufe0f$/, '')
  const sides = diceSides[emoji]
  const outgoing = prepareOutgoing(call, 'dice')
  if (sides === undefined) throw badRequest('EMOTICON_INVALID')
  return sendContent(call, outgoing, { dice: { emoji, value: randomInt(1, sides + 1) } })
}

function required(parameters: Parameters, name: string): string {
  const text = parameters.text(name) ?? ''
  if (text === '') throw badRequest(`parameter "${name}" is required`)
  return text
}

function given(parameters: Parameters, names: readonly string[]): object {
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = parameters.text(name) ?? ''
      return text === '' ? [] : [[name, text]]
    }),
  )
}
