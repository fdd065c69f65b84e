/** What a run can be asked, and what is refused in plain words. */
import { expect, test } from 'vitest'
import { readOptions, sectionNames } from './options.mjs'
import { peers } from './peers/peers.mjs'
import { selectSettings } from './sections/whole-job.mjs'

test('without options everything is measured', () => {
  const options = readOptions([])
  expect(options.sections).toEqual(sectionNames)
  expect(options.peers).toEqual(peers)
  expect(selectSettings(options).map(({ name }) => name)).toEqual([
    'webhook-1',
    'webhook-32',
    'webhook-100',
    'polling',
  ])
})

test('a quick run has one setting', () => {
  expect(selectSettings(readOptions(['--quick'])).map(({ name }) => name)).toEqual(['webhook-32'])
})

test('peers, a mode or a number in flight narrow it to the whole job', () => {
  const options = readOptions(['--only', 'floor,hello', '--in-flight', '7'])
  expect(options.sections).toEqual(['whole-job'])
  expect(options.peers.map(({ name }) => name)).toEqual(['hello', 'floor'])
  expect(selectSettings(options)).toMatchObject([{ name: 'webhook-7', inFlight: 7, isWebhook: true }])
  expect(selectSettings(readOptions(['--mode', 'polling']))).toMatchObject([
    { name: 'polling', isWebhook: false },
  ])
  expect(selectSettings(readOptions(['--mode', 'webhook']))).toMatchObject([{ name: 'webhook-32' }])
})

test.each([
  [['--only', 'nobody'], 'There is no peer "nobody". There are: hello,'],
  [['--mode', 'pigeon'], '--mode is "pigeon". Use webhook or polling.'],
  [['--in-flight', '0'], '--in-flight is "0". Use a whole number from 1 to 500.'],
  [['--in-flight', '3.5'], '--in-flight is "3.5".'],
  [['--section', 'parts,cake'], 'There is no section "cake". There are: whole-job,'],
  [['--record', '--quick'], '--record keeps a full run'],
  [['--record', '--only', 'hello'], '--record keeps a full run'],
  [['--fast'], "Unknown option '--fast'"],
])('%j is refused', (args, message) => {
  expect(() => readOptions(args)).toThrow(message)
})
