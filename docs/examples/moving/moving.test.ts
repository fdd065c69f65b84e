/** One conversation for all three versions, and what differs between them when something goes wrong. */
import type { Person } from '@hello/testing'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { type Host, versions } from './hosts.js'

async function start(version: string) {
  const host = (await versions[version]?.(inject('postgresUrl'))) as Host
  onTestFinished(() => host.stop())
  const alice = host.createPerson({ firstName: 'Alice' })
  return { host, alice, says: sayingOf(alice) }
}

const sayingOf = (person: Person) => async (text: string, expected: string) => {
  person.sends(text)
  await person.sees(expected)
}

/** Orders, up to the last question. */
async function order(alice: Person, count: string) {
  const says = sayingOf(alice)
  await says('/order', 'Which pizza?')
  await alice.taps('2 ›')
  await alice.taps('Diavola')
  await alice.sees('How many?')
  await says(count, `${count} × Diavola, right?`)
}

// #region conversation
test.each(Object.keys(versions))('%s: the conversation', async (version) => {
  const { alice, says } = await start(version)
  await says('/start', 'Hungry? Send /order.')
  await says('/orders', 'You have no orders.')
  await says('/address', 'Send it with the command: /address 221b Baker Street')
  await says('/address 221b Baker Street', 'We deliver to 221b Baker Street.')

  await says('/order', 'Which pizza?')
  await alice.taps('2 ›')
  await alice.taps('3 ›')
  await alice.taps('‹ 2')
  await alice.taps('Diavola')
  await alice.sees('How many?')
  await says('a few', 'Send a number from 1 to 20.')
  await says('2', '2 × Diavola, right?')
  await alice.taps('Yes')
  await alice.sees('Order 1: 2 × Diavola, to 221b Baker Street.')

  await says('/again', 'Order 2: 2 × Diavola, to 221b Baker Street.')
  await order(alice, '3')
  await alice.taps('No')
  await alice.sees('Nothing was ordered.')
  await order(alice, '3')
  await says('/cancel', 'Nothing was ordered.')
  await says('/orders', '1. 2 × Diavola\n2. 2 × Diavola')
  await says('Many thanks!', 'You are welcome!')
})
// #endregion

describe('when the oven refuses an order', () => {
  test.each([
    ['telegraf', 'in a message', '1. 12 × Diavola'],
    ['as it is', 'in a message', '1. 12 × Diavola'],
    ['Hello', 'in a box over the button', 'You have no orders.'],
  ])('%s: says so %s, and the orders are %j', async (version, where, orders) => {
    const { alice, says } = await start(version)
    await order(alice, '12')
    const tap = await alice.taps('Yes')
    const apology = 'Sorry, something went wrong.'
    if (where === 'in a message') await alice.sees(apology)
    else expect(await tap.answered()).toEqual({ text: apology, showAlert: true })
    // It still waits for Yes or No.
    await alice.taps('No')
    await alice.sees('Nothing was ordered.')
    await says('/orders', orders)
  })
})

describe('when it is started anew in between', () => {
  test.each([
    ['telegraf', 'You have no orders.'],
    ['as it is', 'You have no orders.'],
    ['Hello', '1. 2 × Diavola\n2. 5 × Diavola'],
  ])('%s: the orders are %j', async (version, orders) => {
    const { host, alice, says } = await start(version)
    await order(alice, '2')
    await alice.taps('Yes')
    await alice.sees('Order 1: 2 × Diavola, to the counter.')
    await order(alice, '5')
    await host.restart()
    await alice.taps('Yes')
    await says('thanks', 'You are welcome!')
    await says('/orders', orders)
  })
})

describe('when Telegram delivers an update twice', () => {
  test.each([
    ['telegraf', 3],
    ['as it is', 2],
    ['Hello', 2],
  ])('%s: /again makes it %i orders', async (version, count) => {
    const { host, alice, says } = await start(version)
    await order(alice, '2')
    await alice.taps('Yes')
    await alice.sees('Order 1: 2 × Diavola, to the counter.')
    host.sendsTwice(alice, '/again')
    await alice.sees('Order 2: 2 × Diavola, to the counter.')
    await says('thanks', 'You are welcome!')
    const lines = Array.from({ length: count }, (_, index) => `${index + 1}. 2 × Diavola`)
    await says('/orders', lines.join('\n'))
  })
})

describe('when a command comes between two questions', () => {
  test.each([
    ['telegraf', 'Send a number from 1 to 20.'],
    ['as it is', 'Send a number from 1 to 20.'],
    ['Hello', 'You have no orders.'],
  ])('%s: /orders is answered with %j', async (version, answer) => {
    const { alice, says } = await start(version)
    await says('/order', 'Which pizza?')
    await alice.taps('Margherita')
    await alice.sees('How many?')
    await says('/orders', answer)
    await says('2', '2 × Margherita, right?')
  })
})

test('Hello: says that a button of the bot of telegraf no longer works', async () => {
  const { alice, says } = await start('Hello')
  alice.sends('/order')
  const menu = await alice.sees('Which pizza?')
  for (const callback_data of ['yes', 'page:2', 'pizza:Diavola']) {
    const tap = alice.tapsButton(menu, { text: 'Old', callback_data })
    expect(await tap.answered()).toMatchObject({ text: 'This button no longer works.' })
  }
  await says('thanks', 'You are welcome!')
})

test('Hello: lists the commands in the language of the person', async () => {
  const { host } = await start('Hello')
  const masha = host.createPerson({ firstName: 'Маша', languageCode: 'ru' })
  masha.sends('/help')
  const { text } = await masha.sees(/^Что я умею/)
  expect(text).toContain('/again – Заказать то же самое')
  expect(text).not.toContain('/start')
})
