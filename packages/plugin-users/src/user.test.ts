import { expect, test } from 'vitest'
import { displayNameOf, fullNameOf } from './user.js'

const nobody = { telegramId: 7, username: null, firstName: null, lastName: null, languageCode: null }

test.each([
  [{ ...nobody, username: 'alice', firstName: 'Alice' }, 'alice'],
  [{ ...nobody, firstName: 'Alice', lastName: 'Liddell' }, 'Alice Liddell'],
  [{ ...nobody, firstName: 'Alice' }, 'Alice'],
  [{ ...nobody, lastName: 'Liddell' }, 'Liddell'],
  [nobody, 'User7'],
])('shows %o as %s', (profile, shown) => {
  expect(displayNameOf(profile)).toBe(shown)
})

test('has an empty full name where no name is known', () => {
  expect(fullNameOf(nobody)).toBe('')
})
