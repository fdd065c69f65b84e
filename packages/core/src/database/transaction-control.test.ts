import { expect, test } from 'vitest'
import { findUnitControl } from './transaction-control.js'

test.each([
  'BEGIN',
  'begin isolation level serializable',
  'START TRANSACTION',
  'COMMIT',
  'END',
  'ABORT',
  'ROLLBACK',
  'ROLLBACK TO SAVEPOINT a',
  'ROLLBACK AND CHAIN',
  'SAVEPOINT a',
  'RELEASE SAVEPOINT a',
  "PREPARE TRANSACTION 'x'",
])('finds %s', (statement) => {
  expect(findUnitControl(statement)).toBe(statement)
  expect(findUnitControl(`SELECT 1; /* now */ ${statement};`)).toContain(statement)
})

test.each([
  "SELECT CASE WHEN true THEN 1 END AS one, 'x; COMMIT'",
  'UPDATE trips SET "end" = now() -- ; ROLLBACK',
  'DO $$ BEGIN PERFORM 1; END $$',
  "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END; SELECT 'x'",
  'PREPARE one AS SELECT 1',
  "INSERT INTO notes (text) VALUES ('begin')",
  'SELECT 1',
])('finds nothing in %s', (text) => {
  expect(findUnitControl(text)).toBeUndefined()
})
