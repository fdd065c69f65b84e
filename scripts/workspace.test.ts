/** The scripts that a fresh clone starts with know the order of packages, and say when Node is too old. */
import { expect, test } from 'vitest'
import { refuseOldNode } from './install.mjs'
import { orderByNeed } from './workspace.mjs'

const pack = (name: string, ...needs: string[]) => ({
  name,
  directory: `/packages/${name}`,
  manifest: { devDependencies: Object.fromEntries(needs.map((need) => [need, 'workspace:*'])) },
})

test('puts each package after those that it needs, in whatever order they are found', () => {
  const ordered = orderByNeed([
    pack('bot', 'users', 'core'),
    pack('users', 'core', 'elsewhere'),
    pack('core'),
  ])
  expect(ordered.map(({ name }) => name)).toEqual(['core', 'users', 'bot'])
})

test('names a ring of packages', () => {
  expect(() => orderByNeed([pack('a', 'b'), pack('b', 'a')])).toThrow('a → b → a')
})

test.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('takes Node %s', (version) => {
  expect(() => refuseOldNode(version)).not.toThrow()
})

test.each(['18.20.0', '20.18.3'])('refuses Node %s and says where to get a newer one', (version) => {
  expect(() => refuseOldNode(version)).toThrow(`this is Node ${version}. Install a newer one`)
})
