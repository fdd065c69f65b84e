/** Which SQL text ends a transaction, and which only looks like it. */
import { expect, test } from 'vitest'
import { findTransactionControl } from './transaction-control.js'

test.each([
  'BEGIN',
  'begin;',
  'START TRANSACTION',
  'COMMIT',
  '  commit work ; SELECT 1',
  'END',
  'ABORT',
  'ROLLBACK',
  'ROLLBACK AND CHAIN',
  `PREPARE TRANSACTION 'x'`,
  'SELECT 1; COMMIT; SELECT 2',
  '-- done\nCOMMIT',
  '/* a /* nested */ comment */ COMMIT',
  `SELECT 'it''s'; COMMIT`,
  String.raw`SELECT '\'; COMMIT; --'`,
  String.raw`SELECT E'\''; COMMIT`,
  'SELECT $$;$$; COMMIT',
  'SELECT 1 AS "a;b"; COMMIT',
  'CREATE INDEX CONCURRENTLY i ON t (a)',
  'DROP INDEX concurrently i',
  'REINDEX TABLE CONCURRENTLY t',
  'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END; COMMIT',
])('finds it in %j', (text) => {
  expect(findTransactionControl(text)).toBeDefined()
})

test.each([
  '',
  ';;',
  'SELECT 1',
  'INSERT INTO commits (begin) VALUES (1)',
  `SELECT 'a; COMMIT'`,
  `SELECT e'a\\'; COMMIT'`,
  'SELECT "a; COMMIT"',
  '-- COMMIT\nSELECT 1',
  'SELECT 1 /* ; COMMIT /* ; */ ; COMMIT */',
  'DO $$ BEGIN PERFORM 1; END $$',
  'DO $body$ BEGIN EXECUTE $$ COMMIT $$; END $body$',
  'SELECT a$b$ FROM t; SELECT $1',
  'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END; SELECT 1',
  'SAVEPOINT a; ROLLBACK TO SAVEPOINT a; RELEASE a; ROLLBACK WORK TO a',
  'PREPARE p AS SELECT 1',
  'REFRESH MATERIALIZED VIEW CONCURRENTLY v',
  `SELECT 'never closed; COMMIT`,
  'SELECT $$ never closed; COMMIT',
  'SELECT 1 /* never closed; COMMIT',
  'SELECT "never closed; COMMIT',
])('finds none in %j', (text) => {
  expect(findTransactionControl(text)).toBeUndefined()
})

test('gives the one statement', () => {
  expect(findTransactionControl('SELECT 1;\n  COMMIT AND CHAIN ;SELECT 2')).toBe('COMMIT AND CHAIN')
})
