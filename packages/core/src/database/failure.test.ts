import { DatabaseError as SequelizeDatabaseError } from 'sequelize'
import { expect, test } from 'vitest'
import { UsageError } from '../errors.js'
import { isConnectionLost, isInfrastructureFailure, sqlStateOf } from './failure.js'

const withCode = (code: string, message = 'x') => Object.assign(new Error(message), { code })
const wrapped = (inner: Error) => new SequelizeDatabaseError(Object.assign(inner, { sql: '' }) as never)

test.each([
  '08006',
  '53300',
  '57P01',
  '57P05',
  '25P03',
  '40001',
  '40P01',
  '55P03',
  'ECONNRESET',
  'EPIPE',
  'EAI_AGAIN',
])('takes %s for a fault of the infrastructure, however it is wrapped', (code) => {
  expect(isInfrastructureFailure(withCode(code))).toBe(true)
  expect(isInfrastructureFailure(wrapped(withCode(code)))).toBe(true)
  expect(isInfrastructureFailure(new Error('outer', { cause: withCode(code) }))).toBe(true)
})

test.each(['23505', '22P02', '42P01', '57014', '25P02', 'P0001', 'ENOENT'])(
  'takes %s for a fault of the work',
  (code) => {
    expect(isInfrastructureFailure(withCode(code))).toBe(false)
    expect(isConnectionLost(withCode(code))).toBe(false)
  },
)

test.each([
  'Connection terminated unexpectedly',
  'Query read timeout',
  'Client was closed and is not queryable',
])('knows what the driver says without a code: %s', (message) => {
  expect(isConnectionLost(new Error(message))).toBe(true)
  expect(isInfrastructureFailure(new Error(message))).toBe(true)
})

test('takes a deadlock for something after which the connection still stands', () => {
  expect(isConnectionLost(withCode('40P01'))).toBe(false)
  expect(isConnectionLost(withCode('57P01'))).toBe(true)
})

test('takes no other code for an SQLSTATE', () => {
  expect(sqlStateOf(withCode('EPIPE'))).toBeUndefined()
  expect(sqlStateOf(new UsageError('USAGE', 'x'))).toBeUndefined()
  expect(sqlStateOf('23505')).toBeUndefined()
  expect(sqlStateOf(wrapped(withCode('23505')))).toBe('23505')
})

test('comes to an end on causes in a ring', () => {
  const ring = new Error('ring')
  ring.cause = ring
  expect(isInfrastructureFailure(ring)).toBe(false)
})
