/** Who takes part: Hello in three ways, and what is written without it. */

/**
 * @typedef {{
 *   name: string,
 *   label: string,
 *   script: string | URL,
 *   isHello: boolean,
 *   env?: Record<string, string>,
 *   switchesInbox?: boolean,
 * }} Peer `label` stands in tables; `isHello`: makes its own tables in the database; `switchesInbox`: is
 * measured with its inbox and without, by turns
 */

/** @type {readonly Peer[]} */
export const peers = [
  { name: 'hello', label: 'Hello', script: 'hello.mjs', isHello: true },
  {
    name: 'hello-after-commit',
    label: 'Hello, sent after the commit',
    script: 'hello.mjs',
    isHello: true,
    env: { SENDS: 'after-commit' },
  },
  {
    name: 'hello-without-inbox',
    label: 'Hello without its inbox',
    // Built for the run: no app can switch its inbox off.
    script: 'without-inbox',
    isHello: true,
    switchesInbox: true,
  },
  { name: 'telegraf-pg', label: 'telegraf + pg', script: 'telegraf-pg.mjs', isHello: false },
  {
    name: 'telegraf-pg-named',
    label: 'telegraf + pg, named statements',
    script: 'telegraf-pg.mjs',
    isHello: false,
    env: { STATEMENTS: 'named' },
  },
  {
    name: 'telegraf-sequelize',
    label: 'telegraf + Sequelize',
    script: 'telegraf-sequelize.mjs',
    isHello: false,
  },
  { name: 'grammy-kysely', label: 'grammY + Kysely', script: 'grammy-kysely.mjs', isHello: false },
  { name: 'grammy-drizzle', label: 'grammY + Drizzle', script: 'grammy-drizzle.mjs', isHello: false },
  { name: 'floor', label: 'floor: node:http + undici + pg', script: 'floor.mjs', isHello: false },
]

/** The peers of these names, in the order of the list. @param {readonly string[] | undefined} names all where absent */
export const selectPeers = (names) => peers.filter(({ name }) => names === undefined || names.includes(name))
