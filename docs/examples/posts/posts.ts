/** Posts that people write in a Mini App and everybody reads over HTTP. */
import {
  defineContract,
  defineMigration,
  definePlugin,
  HttpError,
  type RouteRequest,
  type UpdateServices,
  z,
} from '@hello/core'

class Posts {
  readonly #session: UpdateServices['session']

  constructor({ session }: Pick<UpdateServices, 'session'>) {
    this.#session = session
  }

  async find(id: number) {
    const [post] = await this.#session.sql<{ id: number; text: string }>`
      SELECT id, text FROM posts WHERE id = ${id}`
    return post
  }

  async add(personId: number, text: string) {
    const [post] = await this.#session.sql<{ id: number }>`
      INSERT INTO posts (person_id, text) VALUES (${personId}, ${text}) RETURNING id`
    return post as { id: number }
  }
}

const contract = defineContract({
  name: 'posts',
  updateServices: { posts: Posts },
  migrations: [
    defineMigration({
      name: '0001-create-posts',
      async up({ sql }) {
        await sql`CREATE TABLE posts (
          id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          person_id bigint NOT NULL,
          text text NOT NULL)`
      },
    }),
  ],
})

const newPost = z.object({ text: z.string().min(1).max(1000) })

// #region routes
export const posts = definePlugin(contract, {
  routes: (route) => [
    route.get('/api/posts/:id', {
      params: z.object({ id: z.coerce.number().int() }),
      response: z.object({ id: z.int(), text: z.string() }),
      handle: async ({ params, services }) => {
        const post = await services.posts.find(params.id)
        if (post === undefined) throw new HttpError(404, 'There is no such post.')
        return post
      },
    }),
    route.post('/api/posts', { auth: 'mini-app', body: newPost, status: 201, handle: addPost }),
  ],
})
// #endregion

// #region mini-app
async function addPost({
  body,
  from,
  services,
  outbox,
}: RouteRequest<typeof contract, { body: typeof newPost; auth: 'mini-app' }>) {
  const post = await services.posts.add(from.id, body.text)
  await outbox.reply('Your post is out.')
  return post
}
// #endregion
