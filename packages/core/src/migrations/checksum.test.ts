/** What is a change of the SQL of a migration, and what is only another layout. */
import { expect, test } from 'vitest'
import { isChecksumOf, StatementHash, withoutLayout } from './checksum.js'

const checksumsOf = (...texts: string[]) => {
  const hash = new StatementHash()
  for (const text of texts) hash.add(text)
  return hash.checksums()
}

test.each([
  ['\n  CREATE TABLE a (\n    id int,\n    b text\n  );', 'CREATE TABLE a(id int,b text);'],
  ['SELECT\t1\r\n\f\v+ 2', 'SELECT 1 + 2'],
  ['SELECT 1 -- one\n, 2', 'SELECT 1,2'],
  ['SELECT/* a /* b */ */1', 'SELECT 1'],
  ['SELECT - -1', 'SELECT - -1'],
  [`SELECT 'a  b', "c  d"`, `SELECT 'a  b',"c  d"`],
  [`SELECT E'\\'  --', 1`, `SELECT E'\\'  --',1`],
  ['DO $x$\n  BEGIN  -- kept\n  END $x$', 'DO $x$\n  BEGIN  -- kept\n  END $x$'],
  ['SELECT 1\u00a0 2', 'SELECT 1\u00a0 2'],
  ['SELECT $1 , $2', 'SELECT $1,$2'],
  ['-- nothing', ''],
])('the layout of %j is left out', (text, plain) => {
  expect(withoutLayout(text)).toBe(plain)
  expect(withoutLayout(plain)).toBe(plain)
})

test.each([
  ['SELECT 1 2', 'SELECT 12'],
  [`SELECT 'a b'`, `SELECT 'a  b'`],
  ['SELECT "a b"', 'SELECT "a  b"'],
  ['SELECT $$a b$$', 'SELECT $$a\nb$$'],
  ['SELECT 1 - -1', 'SELECT 1 --1'],
  ['SELECT a', 'SELECT A'],
])('%j is another statement than %j', (one, other) => {
  expect(checksumsOf(one).plain).not.toBe(checksumsOf(other).plain)
})

test('statements are told apart, and their order counts', () => {
  expect(checksumsOf('a', 'b').plain).not.toBe(checksumsOf('ab').plain)
  expect(checksumsOf('a', 'b').plain).not.toBe(checksumsOf('b', 'a').plain)
})

test('checksums that stand in databases stay valid', () => {
  const now = checksumsOf(`\n  CREATE TABLE a (\n    id int -- key\n  )`, `SELECT 'a  b'`)
  const exact = '7fe7dfdf1f50cbc46f599f2af0332ab2e25ef8bd4e1504232c0cb0b3d4cd1233'
  const plain = 'c6406c046f7e9c8a6f9ac390f99ce62dd50c1c1b96b5e5cd26f9801dc0f91dbb'
  expect(now).toEqual({ exact, plain })
  expect(isChecksumOf(exact, now)).toBe(true)
  expect(isChecksumOf(plain, now)).toBe(true)
  expect(isChecksumOf('', now)).toBe(false)
})
