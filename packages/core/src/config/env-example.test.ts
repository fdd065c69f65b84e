import { expect, test } from 'vitest'
import { z } from 'zod'
import { envExample } from './env-example.js'
import { fromEnvironment } from './from-environment.js'
import { environmentFields } from './option-fields.js'
import { environmentVariables } from './variables.js'

const schema = z.object({
  apiKey: fromEnvironment('FEED_API_KEY', z.string().describe('The key of the feed.'), { secret: true }),
  limit: fromEnvironment('FEED_LIMIT', z.number().default(10)),
  title: z.string().optional(),
})

test('what must be set stands open, everything else is a comment with its default', () => {
  const groups = [
    { owner: 'feed', variables: environmentFields(schema) },
    { owner: 'silent', variables: [] },
  ]
  expect(envExample(groups)).toBe(`# Plugin "feed"

# The key of the feed. A secret: better set FEED_API_KEY_FILE to a file that holds it.
FEED_API_KEY=

# The option limit.
# FEED_LIMIT=10
`)
})

test('of core only the token and the database must be set', () => {
  const open = envExample([{ owner: 'core', variables: environmentVariables }]).match(/^[A-Z_]+=/gm)
  expect(open).toEqual(['BOT_TOKEN=', 'DATABASE_URL='])
})
