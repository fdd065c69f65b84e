import { expect, test } from 'vitest'
import { findBankCards } from './find-bank-cards.js'

const found = (text: string) =>
  findBankCards(text).map(({ offset, length }) => text.slice(offset, offset + length))

test.each([
  ['4242 4242 4242 4242', ['4242 4242 4242 4242']],
  ['pay 5555-5555-5555-4444!', ['5555-5555-5555-4444']],
  ['378282246310005; 6011111111111117', ['378282246310005', '6011111111111117']],
  ['4242424242424242 4000056655665556', ['4242424242424242', '4000056655665556']],
  ['"1234567890128/', ['1234567890128']],
  // The last digit, the issuer's length, the number of digits.
  ['4242424242424241', []],
  ['42424242424242426', []],
  ['378282246310005000', []],
  ['424242424242', []],
  ['42424242424242424242', []],
  // What stands around it, and more than a sign between the digits.
  ['a4242424242424242', []],
  ['4242424242424242_', []],
  ['+4242424242424242', []],
  ['1.4242424242424242', []],
  ['4 - - - - - - - - 242424242424242', []],
])('%j', (text, expected) => {
  expect(found(text)).toEqual(expected)
})
