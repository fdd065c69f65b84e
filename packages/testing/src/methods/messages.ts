/** sendMessage. Source: Bot API; refusals in the words of its server. */
import { badRequest } from '../bot-api/api-error.js'
import type { FormattedText } from '../bot-api/formatting/clean-text.js'
import { isJsonObject } from '../bot-api/json-fields.js'
import type { Message } from '../bot-api/objects.js'
import type { MessageContent } from '../world/world-state.js'
import { parseMessageText } from './message-text.js'
import type { MethodCall, MethodGroup } from './method.js'
import { prepareOutgoing, sendContent } from './outgoing.js'
import type { Parameters } from './parameters.js'

/** The methods of this group. */
export const messageMethods: MethodGroup = { sendMessage }

function sendMessage(call: MethodCall): Message {
  // In this order the real server checks too: an empty text is refused before the chat is looked up.
  const content = textContent(parseMessageText(call), call.parameters)
  return sendContent(call, prepareOutgoing(call, 'text'), content)
}

/** A text as fields of a message. */
export function textContent({ text, entities }: FormattedText, parameters: Parameters): MessageContent {
  const preview = readLinkPreview(parameters)
  return {
    text,
    ...(entities.length > 0 && { entities: [...entities] }),
    ...(preview && { link_preview_options: preview }),
  }
}

function readLinkPreview(parameters: Parameters): object | undefined {
  const value = parameters.json('link_preview_options', 'link preview options')
  if (value === undefined) {
    return parameters.flag('disable_web_page_preview') ? { is_disabled: true } : undefined
  }
  if (!isJsonObject(value)) throw badRequest('object expected as link preview options')
  return Object.keys(value).length > 0 ? value : undefined
}
