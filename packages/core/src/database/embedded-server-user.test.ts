/** Root gets a user that the machine has, and adds one only where it has none. */
import { expect, test } from 'vitest'
import { chooseServerUser, findUser, userForRoot } from './embedded-server-user.js'

const isRoot = process.getuid?.() === 0

test('an ordinary user runs the server as itself, root never as root', async () => {
  const user = await chooseServerUser(undefined, () => {})
  if (isRoot) expect(user?.uid).toBeGreaterThan(0)
  else expect(user).toBeUndefined()
})

test.skipIf(!isRoot)('the owner of existing data stays their owner', async () => {
  expect(await chooseServerUser({ uid: 4711, gid: 4711 }, () => {})).toEqual({ uid: 4711, gid: 4711 })
})

test('takes the first user that the machine has, and never root', async () => {
  const found = await findUser(['no-such-user', 'root', 'nobody'])
  expect(found).toEqual(await findUser(['nobody']))
})

test('adds no user where one is fit', async () => {
  const lines: string[] = []
  await userForRoot(['no-such-user', 'nobody'], [], (line) => lines.push(line))
  expect(lines).toEqual([])
})

test('says so when it adds a user, and what failed when it cannot', async () => {
  const lines: string[] = []
  await expect(
    userForRoot(['no-such-user'], [['false', []]], (line) => lines.push(line)),
  ).rejects.toMatchObject({
    code: 'EMBEDDED_NO_USER',
    message: expect.stringContaining('DATABASE_URL'),
  })
  expect(lines).toEqual([expect.stringContaining('hello-postgres')])
})
