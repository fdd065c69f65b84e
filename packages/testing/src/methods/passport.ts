/** setPassportDataErrors: what a person must mend in documents that were handed in. Source: Client.cpp (get_passport_element_errors). */
import { badRequest } from '../bot-api/api-error.js'
import {
  FieldError,
  isJsonObject,
  optionalList,
  optionalText,
  readAs,
  requiredText,
} from '../bot-api/json-fields.js'
import type { MethodCall, MethodGroup } from './method.js'
import { readKnownUser } from './user-id.js'

/** The methods of this group. */
export const passportMethods: MethodGroup = { setPassportDataErrors }

const elementTypes = new Set([
  'personal_details',
  'passport',
  'driver_license',
  'identity_card',
  'internal_passport',
  'address',
  'utility_bill',
  'bank_statement',
  'rental_agreement',
  'passport_registration',
  'temporary_registration',
  'phone_number',
  'email',
])

const hashFields: Readonly<Record<string, string>> = {
  '': 'element_hash',
  unspecified: 'element_hash',
  data: 'data_hash',
  file: 'file_hash',
  selfie: 'file_hash',
  translation_file: 'file_hash',
  front_side: 'file_hash',
  reverse_side: 'file_hash',
}

function setPassportDataErrors(call: MethodCall): true {
  const value = call.parameters.json('errors', 'errors')
  if (!Array.isArray(value)) throw badRequest('expected an Array of PassportElementError')
  for (const item of value) readAs("can't parse PassportElementError", () => checkError(item))
  readKnownUser(call)
  return true
}

function checkError(item: unknown): void {
  if (!isJsonObject(item)) throw new FieldError('expected an Object')
  if (!elementTypes.has(requiredText(item, 'type'))) {
    throw new FieldError('wrong Telegram Passport element type specified')
  }
  requiredText(item, 'message')
  const source = optionalText(item, 'source') ?? ''
  if (source === 'files' || source === 'translation_files') {
    for (const hash of optionalList(item, 'file_hashes') ?? []) checkHash(hash)
    if (item.file_hashes === undefined) throw new FieldError(`Can't find field "file_hashes"`)
    return
  }
  const field = hashFields[source]
  if (field === undefined) throw new FieldError('wrong source specified')
  checkHash(requiredText(item, field))
  if (source === 'data') requiredText(item, 'field_name')
}

function checkHash(hash: unknown): void {
  if (typeof hash !== 'string') throw new FieldError('hash must be a string')
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(hash)) {
    throw new FieldError("hash isn't a valid base64-encoded string")
  }
  if (Buffer.from(hash, 'base64').length !== 32) throw badRequest('HASH_SIZE_INVALID')
}
