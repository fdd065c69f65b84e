/** Every code of TestingError is thrown somewhere and provoked by a test. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

function readAll(folder: string, isWanted: (path: string) => boolean): string {
  return readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && isWanted(path))
    .map((path) => readFileSync(`${root}${folder}/${path}`, 'utf8'))
    .join('\n')
}

const isTest = (path: string) => path.endsWith('.test.ts')
const source = readAll('src', (path) => !isTest(path) && path !== 'errors.ts')
const tests = readAll('src', isTest) + readAll('test', isTest)
const codes = [...readFileSync(`${root}src/errors.ts`, 'utf8').matchAll(/\| '([A-Z_]+)'/g)].map(
  (match) => match[1],
)

test.each(codes)('%s is thrown and provoked', (code) => {
  expect(source).toMatch(new RegExp(`'${code}'`))
  expect(tests).toContain(code)
})

test('nothing is thrown bare', () => {
  expect(source).not.toMatch(/throw new Error\(/)
})
