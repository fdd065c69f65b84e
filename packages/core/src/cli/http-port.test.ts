import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { findHttpPort } from './http-port.js'

test('gives the usual port, and another one where a program has it', async () => {
  const free = await findHttpPort(0)
  expect(await findHttpPort(free)).toBe(free)
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(free, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  const other = await findHttpPort(free)
  expect(other).toBeGreaterThan(0)
  expect(other).not.toBe(free)
})
