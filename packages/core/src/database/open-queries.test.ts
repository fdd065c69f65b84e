import { expect, test } from 'vitest'
import { OpenQueries } from './open-queries.js'

const told = (texts: readonly (string | undefined)[], attempts = 0) => {
  const queries = new OpenQueries(false)
  for (const text of texts) queries.begin(text)
  return queries.notAwaited(attempts).message
}

test('names the query that has no answer, on one line and without values', () => {
  expect(told([`\n  INSERT INTO notes (text)\n  VALUES ('private')`])).toBe(
    'The handler returned while 1 of its queries had no answer yet (INSERT INTO notes (text) VALUES (?)); nothing was kept. Await every query.',
  )
})

test('cuts a long text between words, and names three of many', () => {
  const long = 'SELECT text, created_at, shown_at FROM reminders WHERE user_id = $1 ORDER BY id'
  expect(told([long, 'SELECT 1', 'SELECT 2', 'SELECT 3', 'SELECT 4'])).toContain(
    'while 5 of its queries had no answer yet (SELECT text, created_at, shown_at FROM reminders WHERE …, SELECT ?, SELECT ?, and 2 more);',
  )
})

test('names attempts, and leaves the savepoints that core sets for them out', () => {
  expect(told([undefined], 1)).toContain(
    'while 1 of its queries and attempts had no answer yet (session.attempt(…));',
  )
})

test('says how many there are where nothing else is known', () => {
  expect(told([undefined, undefined])).toContain('while 2 of its queries had no answer yet; nothing')
})

test('forgets a query that has its answer', () => {
  const queries = new OpenQueries(true)
  const first = queries.begin('SELECT 1')
  queries.begin('DELETE FROM notes')
  queries.end(first)
  expect(queries.size).toBe(1)
  expect(queries.notAwaited(0).message).toContain('(DELETE FROM notes)')
})

test('keeps where a query is made only where it is told to', () => {
  expect(new OpenQueries(false).begin('SELECT 1').stack).toBeUndefined()
  expect(new OpenQueries(true).begin('SELECT 1').stack).toContain('open-queries.test.ts')
})
