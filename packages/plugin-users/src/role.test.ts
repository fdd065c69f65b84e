import { expect, expectTypeOf, test } from 'vitest'
import { usersOptions } from './options.js'
import { requireRole } from './require-role.js'
import { effectiveRole, hasRole, parseRole, type Role } from './role.js'

test('a role has what those below it have', () => {
  expect(hasRole('owner', 'admin')).toBe(true)
  expect(hasRole('admin', 'admin')).toBe(true)
  expect(hasRole('moderator', 'admin')).toBe(false)
})

test('the options raise a role, and never lower it', () => {
  const options = usersOptions.parse({ ownerTelegramIds: [1], adminTelegramIds: [2] })
  expect(effectiveRole('user', 1, options)).toBe('owner')
  expect(effectiveRole('moderator', 2, options)).toBe('admin')
  expect(effectiveRole('owner', 2, options)).toBe('owner')
  expect(effectiveRole('user', 3, options)).toBe('user')
})

test('ids are read of text too, as a variable has them', () => {
  expect(usersOptions.parse({ ownerTelegramIds: ' 42, 1087 ' as never }).ownerTelegramIds).toEqual([42, 1087])
  expect(usersOptions.parse({ ownerTelegramIds: '' as never }).ownerTelegramIds).toEqual([])
  expect(usersOptions.safeParse({ ownerTelegramIds: 'alice' }).success).toBe(false)
  expect(usersOptions.safeParse({ ownerTelegramIds: [-5] }).success).toBe(false)
})

test('refuses a role that there is not', () => {
  expect(() => parseRole('king')).toThrow(expect.objectContaining({ code: 'USERS_ROLE_UNKNOWN' }))
  // @ts-expect-error: everybody has the role user, so that a guard for it guards nothing
  requireRole('user')
  expectTypeOf(parseRole('admin')).toEqualTypeOf<Role>()
})
