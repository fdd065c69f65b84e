/** Finds what in a plugin's conversations cannot be used. Pure. */
import { z } from 'zod'
import { nearestName } from '../config/nearest-name.js'
import { PluginError } from '../errors.js'
import { definedConversation } from '../plugin/conversation.js'
import type { PluginDefinition } from '../plugin/plugin.js'
import { isDuration } from './state-faults.js'

/** All faults of one plugin's conversations. */
export function conversationFaults({ contract, behaviour }: PluginDefinition): PluginError[] {
  const fault = (text: string) => new PluginError('CONVERSATION_INVALID', `Plugin "${contract.name}"${text}`)
  const conversations: unknown = behaviour.conversations ?? []
  if (!Array.isArray(conversations))
    return [fault(': "conversations" must be a list of what defineConversation() made.')]
  const names = conversations.map((one) => definedConversation(one)?.name)
  return conversations.flatMap((conversation, index) => {
    const defined = definedConversation(conversation)
    if (defined === undefined)
      return fault(
        `, conversations[${index}] is not what defineConversation() made. Where it is undefined, two files import each other.`,
      )
    const { name, definition } = defined
    const found = [
      ...(names.indexOf(name) === index ? [] : ['stands in the list twice, or has the name of another one.']),
      ...(namePattern.test(name)
        ? []
        : ['has a name of a wrong form: lower-case words joined by hyphens, at most 40 characters.']),
      ...(defined.contract === contract
        ? []
        : [`was defined with the contract of "${defined.contract?.name}".`]),
      ...(isRecord(definition) ? definitionFaults(definition) : ['has no definition.']),
    ]
    return found.map((text) => fault(`: its conversation "${name}" ${text}`))
  })
}

const namePattern = /^(?=.{1,40}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const parts = ['data', 'expiresAfter', 'steps', 'done', 'cancelled', 'lost']
const stepParts = ['ask', 'answer', 'invalid', 'accept', 'next']

function definitionFaults(definition: Record<string, unknown>): string[] {
  const { data, expiresAfter, steps } = definition
  const names = isRecord(steps) ? Object.keys(steps) : []
  return [
    ...unknownParts(definition, parts).map((text) => `has ${text}`),
    ...(data === undefined || data instanceof z.ZodObject ? [] : ['has data that are no z.object({ … }).']),
    ...(expiresAfter === undefined || isDuration(expiresAfter)
      ? []
      : [`expires after ${JSON.stringify(expiresAfter)}, expected a duration such as 10m or 48h.`]),
    ...['done', 'cancelled', 'lost']
      .filter((part) => definition[part] !== undefined && typeof definition[part] !== 'function')
      .map((part) => `has a "${part}" that is no function.`),
    ...(names.length > 0 ? [] : ['has no steps.']),
    ...names.flatMap((name) =>
      stepFaults(name, (steps as Record<string, unknown>)[name], names).map(
        (text) => `has a step "${name}" ${text}`,
      ),
    ),
  ]
}

function stepFaults(name: string, step: unknown, names: readonly string[]): string[] {
  // Names that look like numbers would come first, whatever their place.
  const named = /^[a-zA-Z][\w-]*$/.test(name)
    ? []
    : ['whose name is none: letters, digits, _ and -, a letter first.']
  const reserved =
    name === 'done' || name === 'cancel' ? ['whose name means an end of the conversation.'] : []
  if (!isRecord(step)) return [...named, ...reserved, 'that is no object.']
  return [
    ...named,
    ...reserved,
    ...unknownParts(step, stepParts).map((text) => `with ${text}`),
    ...['ask', 'invalid', 'accept']
      .filter((part) => typeof step[part] !== 'function' && (part === 'ask' || step[part] !== undefined))
      .map((part) => `whose "${part}" is no function.`),
    ...(typeof step.next === 'function' || [...names, 'done', 'cancel'].includes(step.next as string)
      ? []
      : [
          `whose "next" is ${JSON.stringify(step.next)}, neither a function nor one of ${[...names, 'done', 'cancel'].join(', ')}.`,
        ]),
    ...(isRecord(step.answer) && typeof step.answer.read === 'function'
      ? []
      : ['whose "answer" is none: take textAnswer(), buttonAnswer() or messageAnswer().']),
  ]
}

function unknownParts(value: Record<string, unknown>, known: readonly string[]): string[] {
  return Object.keys(value)
    .filter((part) => !known.includes(part))
    .map((part) => {
      const meant = nearestName(part, known)
      const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`
      return `a part "${part}" that core does not know.${hint} Known: ${known.join(', ')}.`
    })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
