/** sendMessage. Source: Bot API; refusals in the words of its server. */
import { badRequest } from '../bot-api/api-error.js'
import type { FormattedText } from '../bot-api/formatting/clean-text.js'
import { isJsonObject, type JsonObject } from '../bot-api/json-fields.js'
import type { Message } from '../bot-api/objects.js'
import type { MessageContent } from '../world/world-state.js'
import { checkMessageText, parseMessageText } from './message-text.js'
import type { MethodCall, MethodGroup } from './method.js'
import { prepareOutgoing, sendContent } from './outgoing.js'
import type { Parameters } from './parameters.js'

/** The methods of this group. */
export const messageMethods: MethodGroup = { sendMessage }

function sendMessage(call: MethodCall): Message {
  // In this order the real server checks too: markup before the chat, the length after it.
  const text = parseMessageText(call)
  const content = textContent(text, call.parameters)
  const outgoing = prepareOutgoing(call, 'text')
  if (!showsPreviewAlone(content)) checkMessageText(text)
  return sendContent(call, outgoing, content)
}

/** A text as fields of a message. */
export function textContent({ text, entities }: FormattedText, parameters: Parameters): MessageContent {
  const given = readLinkPreview(parameters)
  const preview = given && shownPreview(given, entities)
  return {
    text,
    ...(entities.length > 0 && { entities: [...entities] }),
    ...(preview && { link_preview_options: preview }),
  }
}

/** A link that is named for the preview may stand without text. */
function showsPreviewAlone({ text, link_preview_options: preview }: MessageContent): boolean {
  return text === '' && isJsonObject(preview) && Boolean(preview.url) && preview.is_disabled !== true
}

/** Messages show the options that differ from what holds without them; without a link there is nothing to disable. */
function shownPreview(given: JsonObject, entities: FormattedText['entities']): object | undefined {
  const hasLink = Boolean(given.url) || entities.some(({ type }) => type === 'url' || type === 'text_link')
  if (given.is_disabled === true) return hasLink ? { is_disabled: true } : undefined
  const names = ['prefer_small_media', 'prefer_large_media', 'show_above_text'] as const
  const flags = names.filter((name) => given[name] === true && (name === 'show_above_text' || given.url))
  if (!given.url && flags.length === 0) return undefined
  return {
    ...(given.url ? { url: String(given.url) } : {}),
    ...Object.fromEntries(flags.map((name) => [name, true])),
  }
}

function readLinkPreview(parameters: Parameters): JsonObject | undefined {
  const value = parameters.json('link_preview_options', 'link preview options')
  if (value === undefined) {
    return parameters.flag('disable_web_page_preview') ? { is_disabled: true } : undefined
  }
  if (!isJsonObject(value)) throw badRequest('object expected as link preview options')
  return Object.keys(value).length > 0 ? value : undefined
}
