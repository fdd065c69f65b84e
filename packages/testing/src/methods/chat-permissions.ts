/** Reads `permissions` with what each of them implies. Source: Client.cpp (get_chat_permissions). */
import { badRequest } from '../bot-api/api-error.js'
import { isJsonObject, optionalFlag, readAs } from '../bot-api/json-fields.js'
import { permissionNames, type Rights } from '../world/membership.js'
import type { Parameters } from './parameters.js'

const mediaNames = permissionNames.filter((name) =>
  /_(?:audios|documents|photos|videos|video_notes|voice_notes)$/.test(name),
)

/** @throws ApiError 400 `object expected as permissions`, `can't parse chat permissions: …`. */
export function readPermissions(parameters: Parameters): Rights {
  const value = parameters.json('permissions', 'permissions')
  if (!isJsonObject(value)) throw badRequest('object expected as permissions')
  const named: Record<string, boolean> = readAs("can't parse chat permissions", () =>
    Object.fromEntries(permissionNames.map((name) => [name, optionalFlag(value, name)])),
  )
  if (value.can_manage_topics === undefined) named.can_manage_topics = named.can_pin_messages === true
  if (mediaNames.every((name) => value[name] === undefined) && value.can_send_media_messages === true) {
    for (const name of ['can_send_messages', ...mediaNames]) named[name] = true
  }
  return parameters.flag('use_independent_chat_permissions') ? named : imply(named)
}

function imply(named: Record<string, boolean>): Rights {
  const sendsMore = named.can_send_other_messages || named.can_add_web_page_previews
  const implied = sendsMore ? ['can_send_messages', ...mediaNames] : []
  if (named.can_send_polls) implied.push('can_send_messages')
  return { ...named, ...Object.fromEntries(implied.map((name) => [name, true])) }
}
