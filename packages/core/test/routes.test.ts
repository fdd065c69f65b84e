/** Routes of plugins through a whole app, over real HTTP: what they are given, what becomes of their work, and what callers are told. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { expect, inject, onTestFinished, test } from 'vitest'
import type { HttpOptions } from '../src/http/http-options.js'
import {
  type App,
  asFunction,
  createApp,
  defineContract,
  defineMigration,
  definePlugin,
  HttpError,
  type Route,
  type RouteBuilder,
  type RouteRequest,
  type UpdateServices,
  z,
} from '../src/index.js'
import { startTestBot } from '../src/testing/index.js'

class Posts {
  readonly #session: UpdateServices['session']
  constructor({ session }: Pick<UpdateServices, 'session'>) {
    this.#session = session
  }
  async add(text: string) {
    await this.#session.sql`INSERT INTO posts (text) VALUES (${text})`
  }
  async texts() {
    const rows = await this.#session.sql<{ text: string }>`SELECT text FROM posts ORDER BY id`
    return rows.map(({ text }) => text)
  }
}

const contract = defineContract({
  name: 'posts',
  options: z.object({ prefix: z.string().default('') }),
  appServices: { greeting: asFunction(() => 'hello') },
  updateServices: { posts: Posts },
  migrations: [
    defineMigration({
      name: '0001-create-posts',
      async up({ sql }) {
        await sql`CREATE TABLE posts (id bigint GENERATED ALWAYS AS IDENTITY, text text UNIQUE)`
      },
    }),
  ],
})

type Build = (route: RouteBuilder<typeof contract>) => readonly Route[]
type Request = RouteRequest<typeof contract>

const appOf = (routes: Build, http?: HttpOptions) => {
  const posts = definePlugin(contract, { routes })
  return createApp({ plugins: [posts()], ...(http && { http }) })
}

async function startApi(app: App<any>, env = {}) {
  const bot = await startTestBot(app, { postgresUrl: inject('postgresUrl'), env, quiet: true })
  onTestFinished(() => bot.stop())
  const url = bot.app.addresses.http
  const ask = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${url}${path}`, init)
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, body: jsonOf(text) }
  }
  const send = (path: string, body: unknown, method = 'POST') =>
    ask(path, { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
  const texts = () => app.unit(({ posts }: any) => posts.texts()) as Promise<string[]>
  return { bot, url, ask, send, texts }
}

const jsonOf = (text: string): any => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const startRoutes = (routes: Build, http?: HttpOptions, env = {}) => startApi(appOf(routes, http), env)

test('gives a handler what it asks for, parsed, and answers what it gives', async () => {
  const { ask, send } = await startRoutes((route) => [
    route.get('/posts/:id', {
      params: z.object({ id: z.coerce.number().int() }),
      query: z.object({ loud: z.stringbool().default(false) }),
      response: z.object({ id: z.int(), text: z.string() }),
      handle: ({ params, query, services }) => ({
        id: params.id,
        text: query.loud ? services.greeting.toUpperCase() : services.greeting,
        secret: 'not in the schema',
      }),
    }),
    route.post('/posts', {
      body: z.object({ text: z.string().min(1) }),
      status: 201,
      handle: ({ body, reply }) => {
        reply.header('location', '/posts/1')
        return { posted: body.text }
      },
    }),
    route.get('/files/:name', { handle: ({ params }) => `a file called ${params.name}` }),
    route.get('/tree/*', { handle: ({ params }) => params }),
    route.get('/bytes', {
      handle: ({ reply }) => {
        reply.header('content-type', 'image/png')
        return Buffer.from([1, 2, 3])
      },
    }),
    route.get('/moved', { handle: ({ reply }) => void reply.status(302).header('location', '/bytes') }),
    route.delete('/posts/:id', { handle: () => undefined }),
  ])
  expect((await ask('/posts/7?loud=yes')).body).toEqual({ id: 7, text: 'HELLO' })
  const posted = await send('/posts', { text: 'hi' })
  expect([posted.status, posted.headers.get('location'), posted.body]).toEqual([
    201,
    '/posts/1',
    { posted: 'hi' },
  ])
  const file = await ask('/files/caf%C3%A9')
  expect([file.text, file.headers.get('content-type')]).toEqual([
    'a file called café',
    'text/plain; charset=utf-8',
  ])
  expect((await ask('/tree/a/b')).body).toEqual({ '*': 'a/b' })
  const bytes = await ask('/bytes')
  expect([bytes.headers.get('content-type'), bytes.text]).toEqual(['image/png', '\u0001\u0002\u0003'])
  const moved = await ask('/moved', { redirect: 'manual' })
  expect([moved.status, moved.headers.get('location')]).toEqual([302, '/bytes'])
  const gone = await ask('/posts/7', { method: 'DELETE' })
  expect([gone.status, gone.text]).toEqual([204, ''])
  const head = await ask('/posts/7', { method: 'HEAD' })
  expect([head.status, head.text, head.headers.get('content-length')]).toEqual([200, '', '23'])
})

test('what a handler wrote is committed when its answer comes', async () => {
  const { send, texts, bot } = await startRoutes((route) => [
    route.post('/posts', {
      body: z.object({ text: z.string(), to: z.int() }),
      handle: async ({ services, body, afterCommit, outbox }) => {
        await services.posts.add(body.text)
        await outbox.sendMessage(body.to, body.text)
        afterCommit(() => committed.push(body.text))
      },
    }),
  ])
  const committed: string[] = []
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/start')
  expect((await send('/posts', { text: 'kept', to: alice.id })).status).toBe(204)
  expect([await texts(), committed]).toEqual([['kept'], ['kept']])
  await alice.sees('kept')
})

test('what a handler wrote before it threw is undone', async () => {
  const { ask, texts } = await startRoutes((route) => [
    route.post('/refused', {
      handle: (request) => addAndThrow(request, new HttpError(409, 'Taken already.')),
    }),
    route.post('/broken', { handle: (request) => addAndThrow(request, new TypeError('the inside of it')) }),
    route.post('/unfit', {
      response: z.object({ count: z.int() }),
      handle: async ({ services }) => {
        await services.posts.add('unfit')
        return { count: 1.5 }
      },
    }),
    route.post('/stream', {
      handle: async ({ services }) => {
        await services.posts.add('stream')
        return new ReadableStream()
      },
    }),
  ])
  const addAndThrow = async ({ services, reply }: Request, error: Error) => {
    reply.header('x-of-a-success', 'yes')
    await services.posts.add('undone')
    throw error
  }
  const refused = await ask('/refused', { method: 'POST' })
  expect([refused.status, refused.body]).toEqual([409, { detail: 'Taken already.', status_code: 409 }])
  expect(refused.headers.get('x-of-a-success')).toBeNull()
  for (const path of ['/broken', '/unfit', '/stream'])
    expect((await ask(path, { method: 'POST' })).status).toBe(500)
  expect(await texts()).toEqual([])
})

test('an unknown error is told by an id alone, which the log carries too', async () => {
  const { ask, bot } = await startRoutes((route) => [
    route.get('/broken', {
      handle: async ({ services }) => {
        services.logger.info('about to break')
        await services.session.sql`SELECT 'of-the-inside'::bigint`
      },
    }),
  ])
  const { status, body, headers, text } = await ask('/broken')
  expect([status, body]).toEqual([
    500,
    {
      detail: 'Something went wrong on our side; nothing was kept.',
      status_code: 500,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    },
  ])
  expect(headers.get('x-request-id')).toBe(body.id)
  expect(text).not.toContain('inside')
  const lines = bot.log.split('\n').filter((line) => line.includes(body.id))
  expect(lines.map((line) => jsonOf(line))).toMatchObject([
    { msg: 'about to break', plugin: 'posts', route: 'GET /broken' },
    { msg: 'A request failed; nothing of it was kept', plugin: 'posts', route: 'GET /broken', status: 500 },
    { msg: 'A request was answered', status: 500 },
  ])
  expect(bot.log).not.toContain('of-the-inside')
})

test('ROUTE_RESPONSE says what of an answer does not fit', async () => {
  const { ask, bot } = await startRoutes((route) => [
    route.get('/unfit', {
      response: z.object({ count: z.int() }),
      handle: () => ({ count: 'many' }) as never,
    }),
    route.get('/cyclic', { handle: () => cyclic }),
    route.get('/symbol', { handle: () => Symbol('x') }),
    route.get('/teapot', { handle: ({ reply }) => void reply.status(418) }),
  ])
  const cyclic: Record<string, unknown> = {}
  cyclic.self = cyclic
  for (const path of ['/unfit', '/cyclic', '/symbol', '/teapot']) expect((await ask(path)).status).toBe(500)
  expect(bot.log.match(/"code":"ROUTE_RESPONSE"/g)).toHaveLength(4)
  expect(bot.log).toContain('gave what does not fit the schema of its response, at count')
})

test('a request that does not fit is answered with 422 and all that is wrong, and no unit of work', async () => {
  const { send, ask } = await startRoutes((route) => [
    route.put('/posts/:id', {
      params: z.object({ id: z.coerce.number() }),
      query: z.object({ dry: z.stringbool().optional() }),
      body: z.object({ text: z.string(), tags: z.array(z.string()).default([]) }),
      handle: () => 'handled',
    }),
  ])
  const wrong = await send('/posts/1', { tags: ['a', 1] }, 'PUT')
  expect([wrong.status, wrong.body]).toEqual([
    422,
    {
      detail: 'The request does not fit what the route expects.',
      status_code: 422,
      errors: [
        { in: 'body', path: 'text', message: expect.stringContaining('string') },
        { in: 'body', path: 'tags.1', message: expect.stringContaining('string') },
      ],
    },
  ])
  expect((await send('/posts/x', { text: '' }, 'PUT')).body.errors).toMatchObject([
    { in: 'params', path: 'id' },
  ])
  expect((await send('/posts/1?dry=maybe', { text: '' }, 'PUT')).body.errors).toMatchObject([
    { in: 'query', path: 'dry' },
  ])
  expect((await ask('/posts/1', { method: 'PUT' })).body).toMatchObject({
    status_code: 422,
    errors: [{ in: 'body', path: '' }],
  })
})

test('what cannot be read, and what leads nowhere, has the same error body', async () => {
  const { ask, send, url } = await startRoutes((route) => [
    route.post('/posts', { body: z.object({ text: z.string() }), bodyLimitBytes: 100, handle: () => 'ok' }),
    route.get('/posts/:id', { handle: () => 'ok' }),
    route.delete('/posts/latest', { handle: () => 'ok' }),
  ])
  const jsonType = { 'content-type': 'application/json' }
  const answers: [Promise<{ status: number; body: any }>, number][] = [
    [ask('/posts', { method: 'POST', body: '{', headers: jsonType }), 400],
    [ask('/posts', { method: 'POST', body: '{"__proto__":{"a":1},"text":""}', headers: jsonType }), 400],
    [send('/posts', { text: 'x'.repeat(200) }), 413],
    [
      ask('/posts', {
        method: 'POST',
        body: 'text=a',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }),
      415,
    ],
    [ask('/nowhere'), 404],
    [ask('/Posts/1'), 404],
    [ask('/posts/1/'), 404],
    [ask('/posts'), 405],
    [ask('/posts/1', { method: 'PATCH' }), 405],
  ]
  for (const [answer, status_code] of answers) {
    const { status, body } = await answer
    expect([status, body]).toEqual([
      status_code,
      { detail: expect.stringMatching(/^[A-Z].*\.$/), status_code },
    ])
  }
  expect((await fetch(`${url}/posts/%ff`)).status).toBe(400)
  expect((await ask('/posts/1', { method: 'POST' })).headers.get('allow')).toBe('GET, HEAD')
  expect((await ask('/posts/latest', { method: 'PUT' })).headers.get('allow')).toBe('DELETE, GET, HEAD')
  // What has another method of its own is not hidden by that one.
  expect((await ask('/posts/latest')).text).toBe('ok')
})

test('a request that takes too long is undone and answered with 503', async () => {
  const { ask, texts } = await startRoutes(
    (route) => [
      route.post('/slow', {
        handle: async ({ services }) => {
          await services.posts.add('late')
          await services.session.sql`SELECT pg_sleep(5)`
        },
      }),
      route.get('/slower', { deadlineMs: 50, handle: () => new Promise(() => undefined) }),
    ],
    undefined,
    { REQUEST_DEADLINE: '200ms' },
  )
  const slow = await ask('/slow', { method: 'POST' })
  expect([slow.status, slow.body.detail]).toEqual([503, 'The request took too long; nothing of it was kept.'])
  expect((await ask('/slower')).status).toBe(503)
  expect(await texts()).toEqual([])
})

test('a stop waits for the request under way, takes no other, and the plugin stops after it', async () => {
  const events: string[] = []
  let finish = () => {}
  let begun = () => {}
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve
  })
  const posts = definePlugin(contract, {
    routes: (route) => [
      route.post('/posts', {
        handle: async ({ services }) => {
          begun()
          await new Promise<void>((resolve) => {
            finish = resolve
          })
          await services.posts.add('in time')
          events.push('handled')
        },
      }),
    ],
    drain: () => void events.push('drain'),
    stop: () => void events.push('stop'),
  })
  const { ask, url, bot } = await startApi(createApp({ plugins: [posts()] }))
  const answer = ask('/posts', { method: 'POST' })
  await hasBegun
  const stopping = bot.app.stop()
  await expect.poll(() => fetch(`${url}/posts`).catch(() => 'refused')).toBe('refused')
  expect(events).toEqual([])
  finish()
  expect((await answer).status).toBe(204)
  await stopping
  expect(events).toEqual(['handled', 'drain', 'stop'])
})

test('CORS is off, and on for the origins that the app names', async () => {
  const routes: Build = (route) => [route.get('/posts', { handle: () => 'ok' })]
  const headers = { origin: 'https://app.example.org', 'access-control-request-method': 'GET' }
  const closed = await startRoutes(routes)
  expect((await closed.ask('/posts', { headers })).headers.get('access-control-allow-origin')).toBeNull()
  expect((await closed.ask('/posts', { headers, method: 'OPTIONS' })).status).toBe(405)
  const open = await startRoutes(routes, {
    cors: { origins: ['https://app.example.org'], maxAgeSeconds: 60 },
  })
  const preflight = await open.ask('/posts', { headers, method: 'OPTIONS' })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-origin')).toBe('https://app.example.org')
  expect(preflight.headers.get('access-control-max-age')).toBe('60')
  expect((await open.ask('/nowhere', { headers })).headers.get('access-control-allow-origin')).toBe(
    'https://app.example.org',
  )
  const other = await open.ask('/posts', { headers: { ...headers, origin: 'https://evil.example' } })
  expect(other.headers.get('access-control-allow-origin')).toBeNull()
})

test('the OpenAPI document has the routes of all plugins, where the app asks for it', async () => {
  const routes: Build = (route) => [
    route.get('/posts/:id', {
      summary: 'One post',
      params: z.object({ id: z.coerce.number() }),
      response: z.object({ text: z.string(), at: z.iso.datetime() }),
      handle: () => ({ text: '', at: '' }),
    }),
    route.post('/posts', {
      auth: 'mini-app',
      body: z.object({ text: z.string() }),
      status: 201,
      handle: () => 1,
    }),
  ]
  const { ask } = await startRoutes(routes, { openApi: { title: 'Posts', version: '2.0.0' } })
  const { body, headers } = await ask('/openapi.json')
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(body).toMatchObject({ openapi: '3.1.0', info: { title: 'Posts', version: '2.0.0' } })
  expect(Object.keys(body.paths)).toEqual(['/posts/{id}', '/posts'])
  const { get } = body.paths['/posts/{id}']
  expect(get).toMatchObject({ summary: 'One post', tags: ['posts'] })
  expect(get.responses['200'].content['application/json'].schema.required).toEqual(['text', 'at'])
  expect(get.responses.default.content['application/json'].schema.required).toEqual(['detail', 'status_code'])
  const { post } = body.paths['/posts']
  expect(post.requestBody.content['application/json'].schema.properties).toEqual({ text: { type: 'string' } })
  expect(post.security).toEqual([{ 'mini-app': [] }])
  expect((await (await startRoutes(routes)).ask('/openapi.json')).status).toBe(404)
})

test('publishes what happened to a request', async () => {
  const { ask } = await startRoutes((route) => [route.get('/posts/:id', { handle: () => 'ok' })])
  const events: unknown[] = []
  const listener = (event: unknown) => void events.push(event)
  subscribe('hello:request.answered', listener)
  onTestFinished(() => void unsubscribe('hello:request.answered', listener))
  await ask('/posts/1?token=secret')
  await ask('/nowhere')
  await expect
    .poll(() => events)
    .toMatchObject([
      { route: 'GET /posts/:id', plugin: 'posts', status: 200, durationMs: expect.any(Number) },
      { status: 404 },
    ])
  expect(JSON.stringify(events)).not.toContain('secret')
})

test('without routes and webhook nothing listens on PORT', async () => {
  const bot = await startTestBot(createApp({ plugins: [] }), { postgresUrl: inject('postgresUrl') })
  onTestFinished(() => bot.stop())
  expect(bot.app.addresses).toEqual({})
})
