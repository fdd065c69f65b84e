import type { AppExtensions } from '@hello/core'
import { expect, test } from 'vitest'
import { type StatusExtension, StatusMachine } from './status.js'
import { UsersError } from './users-error.js'

/** A machine with what plugins `p0`, `p1` … add. */
function machineWith(...added: StatusExtension[]): StatusMachine {
  const extensions = {
    of: () => added.map((value, index) => ({ plugin: `p${index}`, value })),
  } as unknown as AppExtensions
  return new StatusMachine({ extensions })
}

test.each([
  ['new', 'onboarding', true],
  ['new', 'active', true],
  ['onboarding', 'active', true],
  ['active', 'churned', true],
  ['churned', 'active', true],
  ['active', 'active', true],
  ['new', 'churned', false],
  ['active', 'new', false],
  ['churned', 'onboarding', false],
])('the step %s → %s: %s', (from, to, isAllowed) => {
  expect(machineWith().allows(from, to)).toBe(isAllowed)
})

test('plugins add statuses, and steps between those of each other', () => {
  const machine = machineWith(
    { statuses: ['training'], steps: { onboarding: ['training'] } },
    {
      statuses: ['trained'],
      steps: { training: ['trained'], trained: ['active'] },
    },
  )
  expect(machine.statuses).toEqual(['new', 'onboarding', 'active', 'churned', 'training', 'trained'])
  expect(machine.sourcesOf('trained')).toEqual(['training'])
  expect(machine.sourcesOf('active')).toEqual(['new', 'onboarding', 'churned', 'trained'])
})

test.each([
  [{ statuses: ['Trained!'], steps: {} }, /Plugin "p0".*"Trained!" cannot be a status/],
  [{ steps: { new: ['nowhere'] } }, /Plugin "p0".*names "nowhere"/],
])('refuses %o', (added, message) => {
  const build = () => machineWith(added).statuses
  expect(build).toThrow(UsersError)
  expect(build).toThrow(message)
})

test('names the statuses that there are where it is asked for another', () => {
  expect(() => machineWith().sourcesOf('trained')).toThrow(
    expect.objectContaining({
      code: 'USERS_STATUS_UNKNOWN',
      message: expect.stringContaining('new, onboarding'),
    }),
  )
})
