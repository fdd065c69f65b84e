import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { generateSchema } from '../../../scripts/generate-schema.mjs'
import { knownMethodNames } from '../known-method-names.js'
import { findMismatch, findResultMismatch } from './find-mismatch.js'
import { fieldsOf, methodSchemas } from './schema.js'

test('the tables are those that the generator writes today', () => {
  for (const [name, source] of Object.entries(generateSchema())) {
    expect(readFileSync(new URL(name, import.meta.url), 'utf8')).toBe(source)
  }
})

test('every known method has its parameters and result', () => {
  expect([...methodSchemas.values()].map(({ name }) => name)).toEqual([...knownMethodNames])
  expect(methodSchemas.get('sendmessage')?.required).toEqual(['chat_id', 'text'])
  expect(methodSchemas.get('getme')).toMatchObject({ required: [], result: 'User' })
  expect(fieldsOf('Message')?.get('chat')).toEqual({ name: 'chat', isRequired: true, type: 'Chat' })
  expect(fieldsOf('constructor')).toBeUndefined()
})

const chat = { id: 1, type: 'private', first_name: 'Alice' }

test.each([
  ['Message', { message_id: 1, date: 1, chat }, undefined],
  ['Message', { message_id: 1, date: 1, chat: { ...chat, type: 'secret' } }, 'Message.chat.type must be'],
  ['Message', { message_id: 1, date: 1 }, 'Message.chat is missing'],
  ['Message', { message_id: 1, date: 1, chat, txet: 'x' }, 'Message.txet is no field of Message'],
  [
    'Message',
    { message_id: 1, date: 1, chat, entities: [{ type: 'bold' }] },
    'Message.entities[0].offset is missing',
  ],
  ['Chat', { ...chat, is_forum: false }, 'Chat.is_forum must be true (found: false)'],
  ['[n]', [1, 'x'], '[n][1] must be a number (found: "x")'],
  ['Message|t', true, undefined],
  ['Nothing', {}, 'Nothing: the schema has no Nothing'],
])('%s against %j', (type, value, reason) => {
  const found = findMismatch(type, value)
  if (reason === undefined) expect(found).toBeUndefined()
  else expect(found).toContain(reason)
})

test('results are checked by the name of the method', () => {
  expect(findResultMismatch('getMyCommands', [{ command: 'a', description: 'b' }])).toBeUndefined()
  expect(findResultMismatch('getMe', 1)).toBe('User must be User (found: 1)')
  expect(findResultMismatch('dance', 1)).toContain('no method')
})
