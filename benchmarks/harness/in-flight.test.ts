/** What counts as on its way, and how long it took. */
import { expect, test } from 'vitest'
import { InFlight } from './in-flight.mjs'
import { firstPerson, Names, nameOf, personAt, updatesPerRename } from './people.mjs'

test('an update is on its way from its post to its answer', () => {
  const underWay = new InFlight()
  underWay.post(1, 100)
  underWay.post(2, 101)
  expect(underWay.size).toBe(2)
  underWay.answer(1, 130)
  expect(underWay.size).toBe(1)
  expect(underWay.has(2)).toBe(true)
  expect(underWay.latenciesMs).toEqual([30])
})

test('answers come in any order, and each is that of its own chat', () => {
  const underWay = new InFlight()
  underWay.post(1, 0)
  underWay.post(2, 10)
  underWay.answer(2, 15)
  underWay.answer(1, 50)
  expect(underWay.latenciesMs).toEqual([5, 50])
})

test('a bot that answers twice is found out, and does not look faster', () => {
  const underWay = new InFlight()
  underWay.post(1, 0)
  underWay.answer(1, 5)
  underWay.answer(1, 6)
  underWay.answer(9, 7)
  expect(underWay.unasked).toBe(2)
  expect(underWay.latenciesMs).toEqual([5])
})

test('a chat has one update on its way', () => {
  const underWay = new InFlight()
  underWay.post(1, 0)
  expect(() => underWay.post(1, 1)).toThrow('Chat 1 has an update on its way already.')
})

test.each([1_000, 10_000, 100_000])('all of %d people write before one writes again', (people) => {
  const seen = new Set(Array.from({ length: people }, (_, index) => personAt(index, people)))
  expect(seen.size).toBe(people)
  expect(Math.min(...[...seen].slice(0, 1_000))).toBeGreaterThanOrEqual(firstPerson)
  expect(personAt(people, people)).toBe(personAt(0, people))
})

test('people who follow one another do not stand side by side in a table', () => {
  const distance = Math.abs(personAt(1, 1_000_000) - personAt(0, 1_000_000))
  expect(distance).toBeGreaterThan(1_000)
})

test('one update in a hundred brings a new name, and the person keeps it', () => {
  const names = new Names()
  const brought = Array.from({ length: 300 }, (_, index) => names.at(index, 42))
  const changes = brought.filter((name, index) => name !== (brought[index - 1] ?? nameOf(42, 0)))
  expect(changes).toEqual([nameOf(42, 1), nameOf(42, 2), nameOf(42, 3)])
  expect(brought[updatesPerRename - 2]).toBe('Person 42')
  expect(brought[updatesPerRename]).toBe('Person 42 2')
})
