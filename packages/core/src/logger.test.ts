import { createRequire } from 'node:module'
import { inspect } from 'node:util'
import { DatabaseError, UniqueConstraintError } from 'sequelize'
import { Sequelize } from 'sequelize-typescript'
import { expect, expectTypeOf, test } from 'vitest'
import { ConfigError, type ErrorCode } from './errors.js'
import { createLogger, type Logger, type LogLevel } from './logger.js'
import { createSecretRedactor } from './secrets.js'

const token = '123456:AAbbCCddEEffGGhhIIjjKKllMMnnOOpp_-1'

function loggerOf({ level = 'info' as LogLevel, pretty = false } = {}) {
  const lines: string[] = []
  const redactor = createSecretRedactor()
  redactor.add(token)
  const logger = createLogger({
    level,
    pretty,
    redactor,
    destination: { write: (line) => void lines.push(line) },
  })
  return { logger, lines, redactor, last: () => JSON.parse(lines.at(-1) ?? 'null') }
}

test('does not load pino-pretty until readable lines are asked for', () => {
  const isLoaded = () =>
    Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes('pino-pretty'))
  loggerOf().logger.info('x')
  expect(isLoaded()).toBe(false)
  loggerOf({ pretty: true })
  expect(isLoaded()).toBe(true)
})

test('writes one JSON line with level, time and message', () => {
  const { logger, lines, last } = loggerOf()
  logger.info({ plugin: 'users', tookMs: 3 }, 'started')
  expect(lines[0]).toMatch(/^\{.*\}\n$/)
  expect(last()).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    plugin: 'users',
    tookMs: 3,
    msg: 'started',
  })
})

test('writes nothing below its level, and a child carries its fields', () => {
  const { logger, lines, last } = loggerOf({ level: 'warn' })
  logger.info('unheard')
  logger.child({ plugin: 'users' }).child({ updateId: 7 }).warn('heard')
  expect(lines).toHaveLength(1)
  expect(last()).toMatchObject({ plugin: 'users', updateId: 7, msg: 'heard' })
})

for (const pretty of [false, true]) {
  test(`hides secrets wherever they stand (pretty: ${pretty})`, () => {
    const { logger, lines, redactor } = loggerOf({ pretty })
    logger.error(
      { url: `/bot${token}/x`, deep: { list: [token] }, err: new TypeError(`at ${token}`) },
      `bad ${token}`,
    )
    logger.child({ url: `/bot${token}/` }).warn('child')
    redactor.add('learnt"later')
    logger.error({ password: 'learnt"later' }, 'again learnt"later')
    expect(lines).toHaveLength(3)
    expect(lines.join('')).toContain('[secret]')
    expect(lines.join('')).not.toContain(token)
    expect(lines.join('')).not.toContain('later')
  })
}

test('writes readable lines in development', () => {
  const { logger, lines } = loggerOf({ pretty: true })
  logger.warn({ plugin: 'users' }, 'slow start')
  expect(lines[0]).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] WARN: slow start \{"plugin":"users"\}\n$/)
})

test('prints of an error its name, code, message, stack and causes', () => {
  const { logger, last } = loggerOf()
  const cause = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED', secretThing: 1 })
  const error = new ConfigError('CONFIG_PORT' as ErrorCode, 'no port', { cause })
  logger.error({ err: new AggregateError([error, 'a string'], 'two') }, 'failed')
  expect(last().err).toEqual({
    name: 'AggregateError',
    message: 'two',
    stack: expect.stringContaining('AggregateError: two'),
    errors: [
      {
        name: 'ConfigError',
        code: 'CONFIG_PORT',
        message: 'no port',
        stack: expect.any(String),
        cause: { name: 'Error', code: 'ECONNREFUSED', message: 'connect refused', stack: expect.any(String) },
      },
      'a string',
    ],
  })
})

test('prints an error that is handed over alone', () => {
  const { logger, last } = loggerOf()
  logger.error(new TypeError('alone'), 'failed')
  expect(last()).toMatchObject({ msg: 'failed', err: { name: 'TypeError', message: 'alone' } })
})

test('prints of a database error the sqlstate, constraint and table, and no value', () => {
  const { logger, lines, last } = loggerOf()
  const driver = Object.assign(new Error('duplicate key value violates unique constraint "users_key"'), {
    code: '23505',
    constraint: 'users_key',
    table: 'users',
    detail: 'Key (name)=(hunter2) already exists.',
    sql: "INSERT INTO users VALUES ('hunter2')",
    parameters: ['hunter2'],
  })
  logger.error({ err: new UniqueConstraintError({ parent: driver, fields: { name: 'hunter2' } }) }, 'failed')
  expect(last().err).toMatchObject({ sqlstate: '23505', constraint: 'users_key', table: 'users' })
  logger.error({ err: driver }, 'failed')
  expect(last().err).toMatchObject({ code: '23505', constraint: 'users_key', table: 'users' })
  expect(lines.join('')).not.toContain('hunter2')
})

test('takes the refused value out of a message of PostgreSQL', () => {
  const { logger, lines } = loggerOf()
  const driver = Object.assign(new Error('invalid input syntax for type bigint: "hunter2"'), {
    code: '22P02',
    sql: '',
  })
  logger.error({ err: new DatabaseError(driver) }, 'failed')
  logger.error({ err: driver }, 'failed')
  expect(lines.join('')).toContain('type bigint: \\"[value]\\"')
  expect(lines.join('')).not.toContain('hunter2')
})

test('prints the name of a class instance, never its inside', () => {
  const { logger, lines, last } = loggerOf()
  const sequelize = new Sequelize('postgres://u:hunter2@localhost/d', { logging: false })
  expect(inspect(sequelize)).toContain('hunter2')
  logger.info(
    { sequelize, map: new Map([['a', 'hunter2']]), body: Buffer.from('hunter2'), when: new Date(0) },
    'x',
  )
  expect(last()).toMatchObject({
    sequelize: '[Sequelize]',
    map: '[Map]',
    body: '[7 bytes]',
    when: '1970-01-01T00:00:00.000Z',
  })
  expect(lines.join('')).not.toContain('hunter2')
})

test('prints of an update and of a message only the ids', () => {
  const { logger, lines, last } = loggerOf()
  const message = { message_id: 5, date: 1, chat: { id: -100, first_name: 'hunter2' }, text: 'hunter2' }
  logger.info({ update: { update_id: 9, message }, sent: message, batch: [{ update_id: 10, message }] }, 'x')
  logger.child({ update: { update_id: 9, message } }).info('y')
  expect(last()).toMatchObject({ update: { updateId: 9, type: 'message' } })
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    update: { updateId: 9, type: 'message' },
    sent: { messageId: 5, chatId: -100 },
    batch: [{ updateId: 10, type: 'message' }],
  })
  expect(lines.join('')).not.toContain('hunter2')
})

test('survives rings, depth, width and odd values', () => {
  const { logger, lines } = loggerOf()
  const ring: Record<string, unknown> = {
    big: 10n,
    fn: () => 1,
    nothing: undefined,
    bad: new Date(Number.NaN),
  }
  ring.self = ring
  const error = new Error('ring')
  error.cause = error
  logger.info({ ring, error, wide: Array.from({ length: 1000 }, (_, index) => index) }, 'x')
  expect(lines[0]).toContain('[deeper]')
  expect(lines[0]).toContain('[950 more]')
})

test('is thin enough for a stand-in', () => {
  expectTypeOf(createLogger).returns.toEqualTypeOf<Logger>()
})
