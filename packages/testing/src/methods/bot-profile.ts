/** What a bot says of itself: name, descriptions, default rights, menu button; each where it can by language. */
import { badRequest } from '../bot-api/api-error.js'
import {
  FieldError,
  isJsonObject,
  type JsonObject,
  optionalFlag,
  readAs,
  requiredObject,
  requiredText,
} from '../bot-api/json-fields.js'
import { checkLink } from '../bot-api/link.js'
import { rightNames } from '../world/membership.js'
import type { MethodCall, MethodGroup } from './method.js'
import type { Parameters } from './parameters.js'

/** The methods of this group. */
export const botProfileMethods: MethodGroup = {
  setMyName: (call) => setText(call, 'name', 64, 'BOT_TITLE_INVALID'),
  getMyName: (call) => ({ name: getText(call, 'name') ?? call.bot.firstName }),
  setMyDescription: (call) => setText(call, 'description', 512, 'BOT_DESCRIPTION_INVALID'),
  getMyDescription: (call) => ({ description: getText(call, 'description') ?? '' }),
  setMyShortDescription: (call) => setText(call, 'short_description', 120, 'BOT_ABOUT_INVALID'),
  getMyShortDescription: (call) => ({ short_description: getText(call, 'short_description') ?? '' }),
  setMyDefaultAdministratorRights,
  getMyDefaultAdministratorRights,
  setChatMenuButton,
  getChatMenuButton,
}

function setText({ bot, parameters }: MethodCall, field: string, longest: number, refusal: string): true {
  const text = (parameters.text(field) ?? '').trim()
  if (text.length > longest) throw badRequest(refusal)
  const key = `${field}:${readLanguage(parameters)}`
  if (text === '') bot.profile.delete(key)
  else bot.profile.set(key, text)
  return true
}

function getText({ bot, parameters }: MethodCall, field: string): string | undefined {
  const language = readLanguage(parameters)
  // Where a language has none of its own, the general one is shown.
  return (bot.profile.get(`${field}:${language}`) ?? bot.profile.get(`${field}:`)) as string | undefined
}

function setMyDefaultAdministratorRights({ bot, parameters }: MethodCall): true {
  const type = parameters.flag('for_channels') ? 'channel' : 'supergroup'
  const value = parameters.json('rights', 'ChatAdministratorRights')
  if (value === undefined) {
    bot.profile.delete(`rights:${type}`)
    return true
  }
  const rights = readAs("can't parse ChatAdministratorRights", () => {
    if (!isJsonObject(value)) throw new FieldError('ChatAdministratorRights must be an Object')
    return readRights(value, type)
  })
  bot.profile.set(`rights:${type}`, rights)
  return true
}

function getMyDefaultAdministratorRights({ bot, parameters }: MethodCall): unknown {
  const type = parameters.flag('for_channels') ? 'channel' : 'supergroup'
  return bot.profile.get(`rights:${type}`) ?? readRights({}, type)
}

function readRights(value: JsonObject, type: string): object {
  const names = ['is_anonymous', ...rightNames(type)]
  return Object.fromEntries(names.map((name) => [name, optionalFlag(value, name)]))
}

function setChatMenuButton(call: MethodCall): true {
  const { bot, parameters } = call
  const button = readMenuButton(parameters)
  const key = menuKey(call)
  if (button.type === 'default') bot.profile.delete(key)
  else bot.profile.set(key, button)
  return true
}

function getChatMenuButton(call: MethodCall): unknown {
  const { profile } = call.bot
  return profile.get(menuKey(call)) ?? profile.get('menu:') ?? { type: 'commands' }
}

function menuKey({ bot, parameters, state }: MethodCall): string {
  const chatId = parameters.integer('chat_id')
  if (!chatId) return 'menu:'
  if (!state.privateChat(bot.id, chatId)) throw badRequest('chat not found')
  return `menu:${chatId}`
}

function readMenuButton(parameters: Parameters): { type: string } {
  const value = parameters.json('menu_button', 'menu button')
  if (value === undefined) return { type: 'default' }
  return readAs("can't parse menu button", () => {
    if (!isJsonObject(value)) throw new FieldError('MenuButton must be an Object')
    const type = requiredText(value, 'type')
    if (type === 'default' || type === 'commands') return { type }
    if (type !== 'web_app') throw new FieldError('MenuButton has unsupported type')
    const text = requiredText(value, 'text')
    const url = requiredText(requiredObject(value, 'web_app'), 'url')
    const checked = checkLink(url, { isHttpsOnly: true })
    if ('error' in checked) throw badRequest(`menu button Web App URL '${url}' is invalid: ${checked.error}`)
    return { type, text, web_app: { url: checked.url } }
  })
}

function readLanguage(parameters: Parameters): string {
  const language = parameters.text('language_code') ?? ''
  if (language !== '' && !/^[a-z]{2}$/.test(language)) throw badRequest('invalid language code specified')
  return language
}
