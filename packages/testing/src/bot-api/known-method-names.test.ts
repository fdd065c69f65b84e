import type { APIMethods } from '@gramio/types/methods'
import { expect, expectTypeOf, test } from 'vitest'
import { modelledMethodNames } from '../methods/call-method.js'
import { knownMethodNames } from './known-method-names.js'

test('the list is that of the Bot API', () => {
  expectTypeOf<(typeof knownMethodNames)[number]>().toEqualTypeOf<keyof APIMethods>()
  expect(new Set(knownMethodNames).size).toBe(knownMethodNames.length)
})

test('every modelled method is known', () => {
  expect(knownMethodNames).toEqual(expect.arrayContaining([...modelledMethodNames]))
})
