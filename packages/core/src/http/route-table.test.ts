import { expect, test } from 'vitest'
import { z } from 'zod'
import type { RouteBuilder } from '../plugin/routes.js'
import { methodsAt } from './route-match.js'
import { readRoutes } from './route-table.js'

type Build = (route: RouteBuilder<any>) => unknown

const handle = () => 'ok'

function read(plugins: Readonly<Record<string, Build>>, reserved: { path: string; owner: string }[] = []) {
  const reach = { plugin: '', refusalOf: () => undefined }
  const { routes, faults } = readRoutes(
    Object.entries(plugins).map(([name, routes]) => ({
      name,
      options: { base: '/api' },
      reach,
      behaviour: { routes } as never,
    })),
    reserved,
  )
  return { routes, faults: faults.map(({ code, message }) => `${code}: ${message}`) }
}

const faultsOf = (build: Build) => read({ posts: build }).faults

test('lists the routes of plugins in their order, with their options at hand', () => {
  const { routes, faults } = read({
    posts: (route) => [route.get('/posts', { handle }), route.post('/posts', { handle })],
    users: ((route: RouteBuilder<any>, options: { base: string }) => [
      route.delete(`${options.base}/users/:id`, { handle }),
    ]) as Build,
  })
  expect(faults).toEqual([])
  expect(routes.map(({ plugin, method, path }) => [plugin.name, method, path])).toEqual([
    ['posts', 'GET', '/posts'],
    ['posts', 'POST', '/posts'],
    ['users', 'DELETE', '/api/users/:id'],
  ])
})

test('ROUTE_CONFLICT names both plugins, whatever the parameter is called', () => {
  const { faults } = read(
    {
      posts: (route) => [route.get('/posts/:id', { handle }), route.put('/hook', { handle })],
      feed: (route) => [
        route.get('/posts/:slug', { handle }),
        route.post('/posts/:slug', { handle }),
        route.post('/posts/:id', { handle }),
      ],
    },
    [{ path: '/hook', owner: 'the webhook' }],
  )
  expect(faults).toEqual([
    'ROUTE_CONFLICT: The webhook and plugin "posts" both have the route PUT /hook. Change one of them.',
    'ROUTE_CONFLICT: Plugin "posts" and plugin "feed" both have the route GET /posts/:slug. Change one of them.',
    'ROUTE_CONFLICT: Plugin "feed" has twice the route POST /posts/:id. Change one of them.',
  ])
})

test.each([
  '',
  'posts',
  '/posts/',
  '//posts',
  '/posts/:',
  '/:1',
  '/*/posts',
  '/a b',
  '/café',
  '/:id.json',
  '/a?b',
])('ROUTE_INVALID refuses the path %j', (path) => {
  expect(faultsOf((route) => [route.get(path, { handle })])).toEqual([
    expect.stringMatching(/^ROUTE_INVALID: Plugin "posts", route GET .*: a path begins with a slash;/),
  ])
})

test.each(['/', '/posts', '/v1.0/users/:user_id/posts/:id', '/files/*', '/a-b_c~d'])(
  'takes the path %j',
  (path) => {
    expect(faultsOf((route) => [route.get(path, { handle })])).toEqual([])
  },
)

test('ROUTE_INVALID says of each part what is wrong with it', () => {
  const text = z.object({ id: z.string() })
  const cases: [string, object, RegExp][] = [
    ['/:id/:id', {}, /":id" stands twice in the path/],
    ['/', { params: text }, /its params have "id", which does not stand in the path/],
    ['/:id/:at', { params: text }, /":at" stands in the path and not in its params/],
    ['/', { respones: text }, /a part "respones" that core does not know\. Did you mean "response"\?/],
    ['/', { query: { id: z.string() } }, /"query" is object, expected a zod schema/],
    ['/', { body: text }, /a GET has no body/],
    ['/', { auth: 'basic' }, /"auth" is "basic", expected 'mini-app'/],
    ['/', { status: 404 }, /"status" is 404, expected one from 200 to 399/],
    ['/', { deadlineMs: 0 }, /"deadlineMs" is 0/],
    ['/', { bodyLimitBytes: 1.5 }, /"bodyLimitBytes" is 1\.5/],
    ['/', { handle: undefined }, /"handle" is undefined, expected a function/],
  ]
  for (const [path, parts, message] of cases) {
    const [fault, ...others] = faultsOf((route) => [route.get(path, { handle, ...parts } as never)])
    expect(fault).toMatch(message)
    expect(fault).toMatch(/^ROUTE_INVALID: Plugin "posts", route GET \//)
    expect(others).toEqual([])
  }
  expect(faultsOf((route) => [route.get('/', undefined as never)])).toEqual([
    expect.stringContaining('its definition is missing'),
  ])
})

test('ROUTE_INVALID says when "routes" gives no list of routes, or throws', () => {
  expect(faultsOf(() => undefined)).toEqual([
    expect.stringContaining('"routes" gave undefined, expected a list'),
  ])
  expect(faultsOf(() => [{ path: '/' }])).toEqual([
    expect.stringContaining('a list with something else in it'),
  ])
  const broken = faultsOf(() => {
    throw new TypeError('no such thing')
  })
  expect(broken).toEqual(['ROUTE_INVALID: Plugin "posts": its routes could not be listed: no such thing'])
})

test('knows which methods an address has', () => {
  const routes = [
    { method: 'GET', path: '/posts/:id' },
    { method: 'DELETE', path: '/posts/latest' },
    { method: 'PUT', path: '/files/*' },
    { method: 'POST', path: '/' },
  ] as const
  expect(methodsAt('/posts/latest', routes)).toEqual(['DELETE', 'GET', 'HEAD'])
  expect(methodsAt('/posts/7?a=/b', routes)).toEqual(['GET', 'HEAD'])
  expect(methodsAt('/files/a/b', routes)).toEqual(['PUT'])
  expect(methodsAt('/?x', routes)).toEqual(['POST'])
  for (const url of ['/posts', '/posts/', '/posts/1/2', '/files', '/nowhere'])
    expect(methodsAt(url, routes)).toEqual([])
})
