import { createApp } from '@hello/core'
import { startTestBot } from '@hello/core/testing'
import { expect, inject, test } from 'vitest'
import { posts } from './posts.js'

// #region app
const app = createApp({
  plugins: [posts()],
  http: {
    cors: { origins: ['https://app.example.org'] },
    openApi: { title: 'Posts', version: '1.0.0' },
  },
})
// #endregion

// #region test
test('a post that is written in the Mini App can be read', async () => {
  await using bot = await startTestBot(app, { postgresUrl: inject('postgresUrl') })
  const url = `${app.addresses.http}/api/posts`
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/start')
  const added = await fetch(url, {
    method: 'POST',
    headers: {
      authorization: `tma ${alice.opensMiniApp(bot.bot)}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ text: 'Hello!' }),
  })
  expect([added.status, await added.json()]).toEqual([201, { id: 1 }])
  await alice.sees('Your post is out.')
  expect(await (await fetch(`${url}/1`)).json()).toEqual({ id: 1, text: 'Hello!' })
  expect(await (await fetch(`${url}/2`)).json()).toEqual({
    detail: 'There is no such post.',
    status_code: 404,
  })
})
// #endregion
