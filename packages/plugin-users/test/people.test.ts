import { createApp, defineContract, definePlugin } from '@hello/core'
import { startTestBot, type TestBot } from '@hello/core/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { userStatuses, users } from '../src/index.js'

const feed = definePlugin(defineContract({ name: 'feed' }), {
  contributions: (contribute) => [
    contribute(userStatuses, () => ({
      statuses: ['training', 'trained'],
      steps: { onboarding: ['training'], training: ['trained'], trained: ['active'] },
    })),
  ],
})

const bossId = 77
const app = createApp({ plugins: [users({ adminTelegramIds: [bossId] }), feed()] })
let bot: TestBot
beforeAll(async () => {
  bot = await startTestBot(app, { postgresUrl: inject('postgresUrl') })
})
afterAll(() => bot?.stop())

let nextId = 2 ** 42
const person = (fields: object = {}) => ({ id: nextId++, is_bot: false, first_name: 'Alice', ...fields })
const remember = (from = person()) => app.unit(({ users }) => users.remember(from))

test('walks through the statuses, those of plugins among them, and refuses what is no step', async () => {
  const { id } = await remember()
  const walk = (status: string) => app.unit(({ users }) => users.setStatus(id, status))
  await expect(walk('trained')).rejects.toMatchObject({ code: 'USERS_STATUS_STEP' })
  await expect(walk('asleep')).rejects.toMatchObject({ code: 'USERS_STATUS_UNKNOWN' })
  for (const status of ['onboarding', 'training', 'trained', 'active', 'active', 'churned', 'active'])
    expect(await walk(status)).toMatchObject({ status })
  await expect(walk('new')).rejects.toMatchObject({ code: 'USERS_STATUS_STEP' })
})

test('of two simultaneous steps from one status only one that is possible is taken', async () => {
  const { id } = await remember()
  await app.unit(({ users }) => users.setStatus(id, 'onboarding'))
  const steps = await Promise.allSettled(
    ['training', 'active'].map((status) => app.unit(({ users }) => users.setStatus(id, status))),
  )
  expect(steps.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
})

test('an unblock never lifts a ban, and a ban keeps its moment', async () => {
  const { id, telegramId } = await remember()
  const banned = await app.unit(({ users }) => users.ban(id))
  expect(banned).toMatchObject({ isActive: false, bannedAt: expect.any(Date) })
  await app.unit(({ userRepository }) => userRepository.markUnreachable(telegramId))
  await app.unit(({ userRepository }) => userRepository.markReachable(telegramId))
  const again = await app.unit(({ users }) => users.ban(id))
  expect(again).toMatchObject({ bannedAt: banned.bannedAt, blockedBotAt: null, isActive: false })
  expect(await app.unit(({ users }) => users.unban(id))).toMatchObject({ bannedAt: null, isActive: true })
})

test('two owners cannot demote each other at once', async () => {
  const [a, b] = [await remember(), await remember()]
  for (const { id } of [a, b]) await app.unit(({ users }) => users.setRole(id, 'owner'))
  const demoted = await Promise.allSettled(
    [a, b].map(({ id }) => app.unit(({ users }) => users.setRole(id, 'user'))),
  )
  const refused = demoted.filter((result) => result.status === 'rejected')
  expect(refused).toHaveLength(1)
  expect(refused[0]?.reason).toMatchObject({ code: 'USERS_LAST_OWNER' })
  const owners = await app.unit(({ users }) => users.list({ role: 'owner' }))
  expect(owners.users).toHaveLength(1)
  const last = owners.users[0]?.id ?? 0
  await expect(app.unit(({ users }) => users.erase(last))).rejects.toMatchObject({ code: 'USERS_LAST_OWNER' })
  await expect(app.unit(({ users }) => users.ban(last))).rejects.toMatchObject({ code: 'USERS_OWNER_BAN' })
})

test('a role that the options give cannot be taken away here', async () => {
  const boss = await remember(person({ id: bossId }))
  expect(boss.role).toBe('admin')
  await expect(app.unit(({ users }) => users.setRole(boss.id, 'user'))).rejects.toMatchObject({
    code: 'USERS_ROLE_FIXED',
  })
})

test('admins act on those below them alone, owners on everybody', async () => {
  const [admin, equal, somebody] = [await remember(), await remember(), await remember()]
  for (const { id } of [admin, equal]) await app.unit(({ users }) => users.setRole(id, 'admin'))
  const acting = { ...admin, role: 'admin' as const }
  const run = <T>(act: Parameters<typeof app.unit<T>>[0]) => app.unit(act)
  await expect(
    run(({ userAdministration }) => userAdministration.ban(acting, { ...equal, role: 'admin' })),
  ).rejects.toMatchObject({ code: 'USERS_RANK' })
  await expect(
    run(({ userAdministration }) => userAdministration.setRole(acting, somebody, 'admin')),
  ).rejects.toMatchObject({ code: 'USERS_RANK' })
  expect(
    await run(({ userAdministration }) => userAdministration.setRole(acting, somebody, 'moderator')),
  ).toMatchObject({ role: 'moderator' })
  expect(
    await run(({ userAdministration }) => userAdministration.ban({ ...admin, role: 'owner' }, equal)),
  ).toMatchObject({ bannedAt: expect.any(Date) })
})

test('moves a username to whoever has it now', async () => {
  const first = await remember(person({ username: 'Moving_Name' }))
  const second = await remember(person({ username: 'moving_name' }))
  const find = (who: string | number) => app.unit(({ users }) => users.find(who))
  expect(await find('@MOVING_NAME')).toMatchObject({ id: second.id })
  expect(await find(first.telegramId)).toMatchObject({ id: first.id, username: null })
  expect(await find('@nobody_at_all')).toBeUndefined()
  expect(await find('@')).toBeUndefined()
})

test('knows people of whom no name was kept', async () => {
  const telegramId = nextId++
  await app.unit(({ session }) => session.sql`INSERT INTO users (telegram_id) VALUES (${telegramId})`)
  expect(await app.unit(({ users }) => users.get(telegramId))).toMatchObject({
    firstName: null,
    displayName: `User${telegramId}`,
  })
  expect(await remember(person({ id: telegramId }))).toMatchObject({ isNew: false, firstName: 'Alice' })
})

test('lists everybody once, part by part, while others come', async () => {
  for (let count = 0; count < 5; count++) await remember()
  const total = await app.unit(({ users }) => users.count())
  const seen: number[] = []
  let after: number | undefined = 0
  while (after !== undefined) {
    const part: { users: { id: number }[]; next?: number } = await app.unit(({ users }) =>
      users.list({ ...(after !== undefined && { after }), limit: 3 }),
    )
    seen.push(...part.users.map(({ id }) => id))
    after = part.next
    if (seen.length === 3) await remember()
  }
  expect(new Set(seen).size).toBe(total + 1)
  expect(seen).toHaveLength(total + 1)
})

test('finds by what is known, and shows the page that there is', async () => {
  const carol = await remember(person({ first_name: 'Carol_%', last_name: 'Danvers', username: 'captain' }))
  const search = (text: string) => app.unit(({ users }) => users.search(text))
  for (const text of ['carol_%', 'CAROL_% danv', 'danvers', '@capt', String(carol.telegramId)])
    expect(
      (await search(text)).map(({ id }) => id),
      text,
    ).toEqual([carol.id])
  expect(await search('%')).toEqual([])
  const newest = await app.unit(({ users }) => users.recent(1))
  expect(newest.map(({ id }) => id)).toEqual([carol.id])
  const page = await app.unit(({ users }) => users.page({ page: 999, pageSize: 2 }))
  expect(page.page).toBe(page.pages)
  expect(await app.unit(({ users }) => users.count({ isBanned: true, status: 'new' }))).toBe(1)
  expect(await app.unit(({ users }) => users.count({ isActive: false }))).toBe(1)
})

test.each([
  [{ limit: 0 }],
  [{ limit: 1001 }],
  [{ limit: 1.5 }],
  [{ status: "x' OR true --" }],
  [{ role: 'king' as never }],
])('refuses to list %o', async (request) => {
  await expect(app.unit(({ users }) => users.list(request))).rejects.toMatchObject({ code: 'USERS_QUERY' })
})

test('refuses what cannot be', async () => {
  const run = (act: Parameters<typeof app.unit<unknown>>[0]) => expect(app.unit(act)).rejects
  await run(({ users }) => users.search(' ')).toMatchObject({ code: 'USERS_QUERY' })
  await run(({ users }) => users.setLanguage(1, 'no language')).toMatchObject({ code: 'USERS_LANGUAGE' })
  await run(({ users }) => users.unban(-1)).toMatchObject({ code: 'USERS_UNKNOWN' })
  await run(({ users }) => users.setStatus(-1, 'active')).toMatchObject({ code: 'USERS_UNKNOWN' })
  await run(({ userReferrals }) => userReferrals.linkOf(-1, 'bot')).toMatchObject({ code: 'USERS_UNKNOWN' })
})

test('who has long been silent churns, and nobody else', async () => {
  const [silent, lively] = [await remember(), await remember()]
  for (const { id } of [silent, lively]) await app.unit(({ users }) => users.setStatus(id, 'active'))
  await app.unit(
    ({ session }) => session.sql`
      UPDATE users SET created_at = now() - interval '90 days', last_activity_at = now() - interval '31 days'
      WHERE id = ${silent.id}`,
  )
  await app.jobs.run('users/churn')
  const statusOf = async (id: number) => (await app.unit(({ users }) => users.getById(id)))?.status
  expect([await statusOf(silent.id), await statusOf(lively.id)]).toEqual(['churned', 'active'])
})

test('erases somebody who is banned without lifting the ban', async () => {
  const user = await remember(person({ username: 'gone' }))
  await app.unit(({ users }) => users.ban(user.id))
  await app.unit(({ userPrivacy }) => userPrivacy.erase(user))
  expect(await app.unit(({ users }) => users.get(user.telegramId))).toMatchObject({
    bannedAt: expect.any(Date),
    username: null,
    firstName: null,
  })
})
